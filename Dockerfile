# docker build -t paaslint . && docker run --rm -v "$PWD:/project" paaslint
# To mend files as yourself: docker run --rm -v "$PWD:/project" -u "$(id -u):$(id -g)" paaslint --fix

FROM python:3.13-alpine AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY lint lint
COPY rules rules
COPY schemas schemas
RUN python -m venv --without-pip /opt/paaslint \
    && pip --python /opt/paaslint/bin/python install --no-cache-dir --disable-pip-version-check .

FROM python:3.13-alpine
# git tells which files it ignores. The project belongs to somebody else here, whom git would not trust.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /opt/paaslint /opt/paaslint
ENV PATH="/opt/paaslint/bin:$PATH"
USER 65534:65534
WORKDIR /project
ENTRYPOINT ["paaslint"]
