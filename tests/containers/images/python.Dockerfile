# Stands for python:*-slim where that can't be had.
FROM localhost/hub-test-debian:12
RUN ln -s /usr/bin/python3 /usr/local/bin/python
