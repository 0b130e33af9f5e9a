# Stands for postgres where that can't be had: the same variables, folder and user.
FROM localhost/hub-test-debian:12
ENV PATH=/usr/lib/postgresql/15/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PGDATA=/var/lib/postgresql/data
COPY postgres-start /usr/local/bin/
ENTRYPOINT ["sh", "/usr/local/bin/postgres-start"]
# With what the server is asked for by default it would wait for its clients to go.
STOPSIGNAL SIGINT
