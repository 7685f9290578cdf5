# cognito-srp in a container: `cognito-srp local` unless told otherwise. docs/how-to/containers.md.
# The builder has a C compiler, and the versions that the suite runs with.
FROM python:3.13-trixie AS builder
WORKDIR /source
COPY .ci/requirements.txt pyproject.toml setup.py README.md LICENSE ./
COPY srp_native srp_native
COPY python python
ENV SRP_NATIVE_REQUIRE_C=1
RUN sed -n 's/^\([a-z0-9].*\) \\$/\1/p' requirements.txt > constraints.txt \
    && python -m venv /opt/cognito-srp \
    && /opt/cognito-srp/bin/pip install --no-cache-dir --constraint constraints.txt '.[cli,local,enroll]' \
    && test "$(/opt/cognito-srp/bin/cognito-srp engines --query Running.Name --output text)" = c

FROM python:3.13-slim-trixie
COPY --from=builder /opt/cognito-srp /opt/cognito-srp
# Files of secrets belong to this user, or to whoever `docker run --user` names.
RUN useradd --uid 10001 --create-home --home-dir /work enroller
ENV PATH=/opt/cognito-srp/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /work
EXPOSE 9339
ENTRYPOINT ["cognito-srp"]
CMD ["local", "--host", "0.0.0.0", "--allow-remote"]
