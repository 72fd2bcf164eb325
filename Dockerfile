# Two stages: a JDK builds, a small Debian with a Java of its own runs. deploy/image/assemble says what is in the image.
FROM eclipse-temurin:17-jdk AS build
WORKDIR /weft
COPY . .
RUN --mount=type=cache,target=/root/.m2 deploy/image/assemble /image

FROM debian:12-slim
COPY --from=build /image /opt/weft
RUN /opt/weft/bin/prepare
# The data folder of a node on its own; nodes that share a database write nothing but /tmp.
RUN ln -s /opt/weft/bin/weft /usr/local/bin/weft && install -d -o 10001 -g 10001 /var/lib/weft
WORKDIR /var/lib/weft
VOLUME /var/lib/weft
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
# Within the container every address may be listened on; whoever runs it decides what is published. A node that others can
# reach refuses to start until it is told how clients show who they are (docs/security.md).
ENV WEFT_CLIENTS_HOST=0.0.0.0 WEFT_CLIENTS_PORT=8080 \
    WEFT_HTTP_HOST=0.0.0.0 WEFT_HTTP_PORT=8090 \
    WEFT_STORE_DATA=/var/lib/weft/data
# Clients; health, metrics and operators; between nodes.
EXPOSE 8080 8090 5701 5801
HEALTHCHECK --interval=2s --timeout=5s --start-period=60s --retries=3 CMD ["/opt/weft/bin/health"]
STOPSIGNAL SIGTERM
# Java is the first process and gets the signal: it hands off documents and sessions, then exits.
ENTRYPOINT ["/opt/weft/runtime/bin/java", "@/opt/weft/lib/java.options"]
CMD ["run"]
