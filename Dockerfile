# The web server, the workers and the beat are this one image with different commands: see compose.yaml.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    STATE_DIR=/var/lib/treewatch \
    STATIC_ROOT=/srv/collected

WORKDIR /srv/treewatch
COPY requirements.txt ./
RUN pip install --no-cache-dir --requirement requirements.txt

COPY manage.py ./
COPY dashboard dashboard
COPY ingest ingest
COPY results results
COPY static static
COPY templates templates
RUN SECRET_KEY=of-the-build-only python manage.py collectstatic --noinput

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/treewatch treewatch
USER treewatch
VOLUME /var/lib/treewatch
EXPOSE 8000
CMD ["gunicorn", "dashboard.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--logger-class", "dashboard.server_log.ServerLogger", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--access-logfile", "-"]
