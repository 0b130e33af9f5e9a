# Stands for redis where that can't be had.
FROM localhost/hub-test-debian:12
WORKDIR /data
