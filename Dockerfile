# One image for every service of docker-compose.yml. No secret is needed to build it and none is in it.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt && pip check
# Google's descriptions of all its services are 100 MB; one of them is used.
RUN find /opt/venv -path '*/discovery_cache/documents/*.json' ! -name 'calendar.v3.json' -delete
COPY manage.py ./
COPY bitbylaw bitbylaw
COPY syncapp syncapp
COPY templates templates
# The key signs nothing here; Django only wants one before it collects files.
RUN DJANGO_SECRET_KEY=only-while-building python manage.py collectstatic --no-input --verbosity 0 && rm -rf data

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/var/tmp/hub
# pg_dump and pg_restore, for `manage.py backup` and `restore`.
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
# Documents are streamed to disk on their way: a folder of our own, so that the rest may be read-only.
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub -m 0700 /var/tmp/hub
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["gunicorn", "-c", "python:bitbylaw.gunicorn", "--bind", "0.0.0.0:8000", "bitbylaw.wsgi"]
