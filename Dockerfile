# One image for every service of docker-compose.yml. No secret is needed to build it and none is in it.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt && pip check
# What nothing here reads, 210 of 370 MB: descriptions of Google's other services, where the numbers of the world's
# phones are at home, names of countries, texts of packages in other languages, a second viewer of the API's
# description, tests, headers.
RUN cd /opt/venv/lib/python3*/site-packages \
    && find googleapiclient/discovery_cache/documents -name '*.json' ! -name 'calendar.v3.json' -delete \
    && rm -r phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata pycountry/locales \
       drf_spectacular_sidecar/static/drf_spectacular_sidecar/redoc \
    && find . -type d -path '*/locale/*' -prune ! -name de ! -name en ! -name __pycache__ -exec rm -r {} + \
    && find . -type d -name tests -prune -exec rm -r {} + \
    && find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.[ch]' \) -delete
COPY manage.py ./
COPY bitbylaw bitbylaw
COPY syncapp syncapp
COPY templates templates
# The key signs nothing here; Django only wants one before it collects files.
RUN DJANGO_SECRET_KEY=only-while-building python manage.py collectstatic --no-input --verbosity 0 && rm -rf data
# Files of pages are served from where they were collected; nothing is installed any more.
RUN cd /opt/venv/lib/python3*/site-packages && find . -type d -name static -prune -exec rm -r {} + \
    && rm -r pip pip-*.dist-info /opt/venv/bin/pip*
# The two programs of PostgreSQL without the Perl that their package brings.
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends postgresql-client \
    && install -D -t /opt/postgresql/bin /usr/lib/postgresql/*/bin/pg_dump /usr/lib/postgresql/*/bin/pg_restore

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/tmp/hub
# What pg_dump and pg_restore stand on, for `manage.py backup` and `restore`.
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends libpq5 liblz4-1 libzstd1 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /opt/postgresql/bin /usr/local/bin
# Documents are streamed to disk on their way: a folder of our own, so that the rest may be read-only.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/tmp/hub
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:bitbylaw.gunicorn", "--bind", "0.0.0.0:8000", "bitbylaw.wsgi"]
