# One image for every service of docker-compose.yml. No secret is needed to build it and none is in it.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt ./
RUN pip install --no-cache-dir --no-compile --disable-pip-version-check --no-deps --require-hashes -r requirements.txt && pip check
# What nothing here reads, two thirds of it: descriptions of Google's other services, where the numbers of the world's
# phones are at home, names of countries, texts of packages in other languages, a second viewer of the API's
# description, a second copy of the time zones (the system's is read first), colours for program text, what compares
# web pages, tests, headers.
RUN cd /opt/venv/lib/python3*/site-packages \
    && find googleapiclient/discovery_cache/documents -name '*.json' ! -name 'calendar.v3.json' -delete \
    && rm -r phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata pycountry/locales tzdata/zoneinfo \
       pygments pygments-*.dist-info lxml/objectify.* lxml/html/*diff* \
       drf_spectacular_sidecar/static/drf_spectacular_sidecar/redoc \
    && find . -type d -path '*/locale/*' -prune ! -name de ! -name en ! -name __pycache__ -exec rm -r {} + \
    && find . -type d -name tests -prune -exec rm -r {} + \
    && find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.[ch]' \) -delete
COPY manage.py ./
COPY bitbylaw bitbylaw
COPY syncapp syncapp
COPY templates templates
# The key signs nothing here; Django only wants one before it collects files. Maps are for those who write libraries.
RUN DJANGO_SECRET_KEY=only-while-building python manage.py collectstatic --no-input --verbosity 0 && rm -rf data \
    && find staticfiles -name '*.map*' -delete
# Files of pages are served from where they were collected; nothing is installed any more.
RUN cd /opt/venv/lib/python3*/site-packages && find . -type d -name static -prune -exec rm -r {} + \
    && rm -r pip pip-*.dist-info /opt/venv/bin/pip*
# Compiled once, whatever happens to the files' times on their way.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib bitbylaw syncapp
# The two programs of PostgreSQL without the Perl that their package brings, and libraries without what debuggers read.
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends binutils postgresql-client \
    && find /opt/venv/lib -name '*.so' -exec strip --strip-unneeded {} + \
    && install -D -t /opt/postgresql/bin /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_restore

FROM python:3.12-slim-bookworm AS root
# What pg_dump and pg_restore stand on, for `manage.py backup` and `restore`.
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends libpq5 liblz4-1 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
# Documents are streamed to disk on their way: a folder of our own, so that the rest may be read-only.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/tmp/hub
# What Debian installs itself with, keeps disks with and lets people log in with, and the libraries of that. A running
# hub needs none of it, nor would whoever breaks in be helped by us. dpkg takes it away: its list stays true.
RUN dpkg --purge --force-depends --force-remove-essential --force-remove-protected \
      apt libapt-pkg6.0 gpgv libgcrypt20 libgpg-error0 libseccomp2 libxxhash0 debian-archive-keyring \
      e2fsprogs libext2fs2 libss2 logsave mount util-linux util-linux-extra bsdutils libblkid1 libmount1 libsmartcols1 \
      libsystemd0 libudev1 ncurses-bin \
      adduser passwd login libpam-runtime libpam-modules libpam-modules-bin libpam0g libsemanage2 libsepol2 libaudit1 \
    && dpkg --purge --force-depends --force-remove-essential init-system-helpers debconf perl-base
# Character sets that Python has itself, second copies of time zones; of Python what installs, teaches, tests and draws
# windows. The published Python comes without compiled modules: each start would compile three hundred.
RUN rm -rf /usr/lib/*/gconv /usr/share/zoneinfo/right /usr/share/zoneinfo/posix /var/cache/* /var/log/* \
      /usr/local/include /usr/local/share /usr/local/lib/pkgconfig \
      /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/pydoc* /usr/local/bin/2to3* /usr/local/bin/*-config \
    && cd "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && rm -rf site-packages/* ensurepip idlelib lib2to3 pydoc_data tkinter turtle* config-* test lib-dynload/*test* \
      lib-dynload/_tkinter* \
    && python -m compileall -q --invalidation-mode unchecked-hash .

# Nothing under it, so that what was taken away is not in a layer below.
FROM scratch
COPY --from=root / /
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/tmp/hub
COPY --from=build /opt/postgresql/bin /usr/local/bin
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:bitbylaw.gunicorn", "--bind", "0.0.0.0:8000", "bitbylaw.wsgi"]
