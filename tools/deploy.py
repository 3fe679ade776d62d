#!/usr/bin/env python3
"""Deploys the stack, rotates its secrets, and takes it away again.

    deploy.py deploy ENV | rotate ENV (origin|key) | settings ENV | destroy ENV

What an environment is stands in samconfig.toml. AWS's own settings apply: AWS_PROFILE,
and AWS_ENDPOINT_URL where something stands in for AWS.
"""

import base64
import json
import mimetypes
import os
import pathlib
import secrets
import subprocess
import sys

import boto3
import tomlkit
from botocore.exceptions import ClientError

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAM = pathlib.Path(sys.executable).parent / "sam"
# CloudFront looks for its certificate and firewall there and nowhere else.
GLOBAL_REGION = "us-east-1"
ELSEWHERE = ("Waf",)  # what samconfig.toml says of infra/global.yaml


class Environment:
    """A row of samconfig.toml, and what is there of it."""

    def __init__(self, name, config=ROOT / "samconfig.toml"):
        known = tomlkit.parse(config.read_text())
        if name not in known or name == "version":
            sys.exit(f"{config.name} has no environment {name!r}.")
        self.name, self.config = name, config
        self.given = known[name]["deploy"]["parameters"]
        self.stack, self.region = str(self.given["stack_name"]), str(self.given["region"])
        pairs = (one.split("=", 1) for one in self.given["parameter_overrides"])
        self.parameters = {key: value for key, value in pairs if value}

    def client(self, service, region=None):
        return boto3.client(service, region_name=region or self.region)

    def outputs(self, stack=None, region=None):
        """What a stack gives; nothing where there is none."""
        try:
            found = self.client("cloudformation", region).describe_stacks(StackName=stack or self.stack)
        except ClientError as error:
            if "does not exist" in str(error):
                return {}
            raise
        return {one["OutputKey"]: one["OutputValue"] for one in found["Stacks"][0].get("Outputs", [])}

    # The secret: {"key", "origin", "origin_before"}, named as the stack is.

    def secret(self):
        """Its version and value; made where there is none."""
        service = self.client("secretsmanager")
        try:
            found = service.get_secret_value(SecretId=self.stack)
        except service.exceptions.ResourceNotFoundException:
            value = {"key": new_key(), "origin": secrets.token_urlsafe(32), "origin_before": ""}
            made = service.create_secret(Name=self.stack, SecretString=json.dumps(value))
            return made["VersionId"], value
        return found["VersionId"], json.loads(found["SecretString"])

    def put_secret(self, value):
        self.client("secretsmanager").put_secret_value(SecretId=self.stack, SecretString=json.dumps(value))


def new_key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


def sam_deploy(env, template, stack, region, parameters, *more):
    pairs = [f"{key}={value}" for key, value in parameters.items()]
    command = [SAM, "deploy", "--config-file", env.config, "--config-env", env.name]
    command += ["--template-file", template, "--stack-name", stack, "--region", region]
    command += ["--no-fail-on-empty-changeset", *more]
    command += ["--parameter-overrides", *pairs]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "SAM_CLI_TELEMETRY": "0"})


def deploy(env, settings=None):
    """Everything that is there after `make build` and `make assets`."""
    parameters = {key: value for key, value in env.parameters.items() if key not in ELSEWHERE}
    if parameters.get("Edge", "true") == "true" and "CertificateArn" not in parameters:
        stack = f"{env.stack}-global"
        about = {key: env.parameters[key] for key in ("Domain", "HostedZoneId", *ELSEWHERE) if key in env.parameters}
        sam_deploy(env, "infra/global.yaml", stack, GLOBAL_REGION, about)
        parameters.update({key: value for key, value in env.outputs(stack, GLOBAL_REGION).items() if value})
    parameters["SecretVersion"], _ = env.secret()
    parameters.update(settings or {})
    # Pages of the new code ask for the new assets at once.
    before = env.outputs()
    if before:
        upload(env, before["AssetsBucket"])
    sam_deploy(env, "infra/template.json", env.stack, env.region, parameters)
    after = env.outputs()
    if not before:
        upload(env, after["AssetsBucket"])
    if "Distribution" in after:
        # Assets never change; that one wasn't there yet may be remembered.
        front = env.client("cloudfront")
        paths = {"Quantity": 1, "Items": ["/assets/*"]}
        batch = {"Paths": paths, "CallerReference": secrets.token_hex(8)}
        front.create_invalidation(DistributionId=after["Distribution"], InvalidationBatch=batch)
    for key, value in sorted(after.items()):
        print(f"{key:20} {value}")
    return after


def upload(env, bucket):
    store = env.client("s3")
    folder = ROOT / "assets" / "dist"
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and one.name != "manifest.json"):
        key = f"assets/{path.relative_to(folder).as_posix()}"
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        store.put_object(
            Bucket=bucket,
            Key=key,
            Body=path.read_bytes(),
            ContentType=kind,
            CacheControl="public, max-age=31536000, immutable",
        )


def rotate(env, which):
    """A new secret, and a deployment that uses it."""
    _, value = env.secret()
    if which == "origin":
        value["origin_before"], value["origin"] = value["origin"], secrets.token_urlsafe(32)
    elif which == "key":
        value["key"] = new_key()
    else:
        sys.exit("Say which secret: origin, or key.")
    env.put_secret(value)
    deploy(env)


def settings(env):
    """The settings of a function, for programs that do what no page does."""
    name = f"{env.stack}-auth"
    found = env.client("lambda").get_function_configuration(FunctionName=name)
    told = found["Environment"]["Variables"]
    # The data of tenants is reached by whoever runs the program.
    for role in ("TEAM_ROLE_ARN", "PORTAL_ROLE_ARN"):
        told.pop(role, None)
    for key, value in sorted({**told, "AWS_REGION": env.region}.items()):
        print(f"export {key}='{value}'")


def destroy(env):
    """Takes the stack away. What was kept in it stays, and is named."""
    kept = env.outputs()
    if env.parameters.get("KeepData", "true") == "true":
        sys.exit(f"{env.name} keeps its data (KeepData=true): deploy it with KeepData=false first.")
    assets = boto3.resource("s3", region_name=env.region).Bucket(kept["AssetsBucket"]) if kept else None
    if assets:
        assets.object_versions.delete()
    command = [SAM, "delete", "--no-prompts", "--stack-name", env.stack, "--region", env.region]
    subprocess.run(command, check=True, cwd=ROOT)
    left = [f"{key} {kept[key]}" for key in ("Table", "FilesBucket", "UserPool") if key in kept]
    print("Left, because data is never deleted with a stack:", ", ".join(left) or "nothing")


def main():
    match sys.argv[1:]:
        case ["deploy", name]:
            deploy(Environment(name))
        case ["rotate", name, which]:
            rotate(Environment(name), which)
        case ["settings", name]:
            settings(Environment(name))
        case ["destroy", name]:
            destroy(Environment(name))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
