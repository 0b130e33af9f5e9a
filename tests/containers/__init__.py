"""The image and the services of docker-compose.yml as real containers: `make containers-test`. Needs podman."""
