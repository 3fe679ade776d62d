#!/usr/bin/env python3
"""The deployed shape on this machine: infra/template.json in what stands in for AWS,
the real binaries behind its HTTP API, and the browser's main job against that. Then a
restore from a backup is drilled, and the job done once more on the restored table.

`deploy-local.py --stay` leaves it up until Ctrl-C instead of running the tests.
"""

import contextlib
import datetime
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "deploy-local"
PORT = 8443  # as samconfig.toml says
PEOPLE = {"marcus": "Marcus Weber"}
PASSWORD = "copper window seldom 31"
PROGRAMS = ("portal-accounts", "portal-pages", "portal-payments", "portal-scans", "invoice-pdf")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def pack():
    """The programs that cargo built, each as a zip."""
    for name in PROGRAMS:
        folder = ROOT / "target" / "lambda" / name
        folder.mkdir(parents=True, exist_ok=True)
        binary = folder / "bootstrap"
        subprocess.run(["strip", "-o", binary, ROOT / "target" / "debug" / name], check=True)
        info = zipfile.ZipInfo("bootstrap")
        info.external_attr, info.compress_type = 0o755 << 16, zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(folder / "bootstrap.zip", "w", compresslevel=1) as packed:
            packed.writestr(info, binary.read_bytes(), compresslevel=1)
        binary.unlink()


@contextlib.contextmanager
def running(command, log, **more):
    with open(log, "w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **more)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(what, tries=240):
    """Until `what` gives something, for a minute."""
    for _ in range(tries):
        with contextlib.suppress(OSError):
            if found := what():
                return found
        time.sleep(0.25)
    sys.exit(f"{what.__name__} took too long; see {WORK}")


def certificate():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=7))
    names = x509.SubjectAlternativeName([x509.DNSName("*.localhost"), x509.DNSName("localhost")])
    made = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    (WORK / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (WORK / "key.pem").write_bytes(private)


def found(env, deployed, aws):
    """The first workspace, as docs/OPERATIONS.md makes it, and the owner's password."""
    told = env.client("lambda").get_function_configuration(FunctionName=f"{env.stack}-auth")
    told = {key: value for key, value in told["Environment"]["Variables"].items() if not key.endswith("ROLE_ARN")}
    program = ROOT / "target" / "debug" / "found-workspace"
    email = "marcus@acme.example"
    said = subprocess.run(
        [program, "acme", "Acme Security", PEOPLE["marcus"], email],
        env={**os.environ, **told}, check=True, capture_output=True, text=True,
    ).stdout
    user = said.split("(")[1].split(")")[0]
    people = env.client("cognito-idp")
    pool = deployed["UserPool"]
    people.admin_create_user(UserPoolId=pool, Username=user, MessageAction="SUPPRESS")
    people.admin_set_user_password(UserPoolId=pool, Username=user, Password=PASSWORD, Permanent=True)
    address = f"https://acme.localhost:{PORT}"
    owner = {"name": PEOPLE["marcus"], "email": email, "password": PASSWORD}
    listing = {
        # The second is only to be another one's address.
        "workspaces": [
            {"name": "Acme Security", "address": address, "people": [owner]},
            {"name": "Northwind", "address": f"https://northwind.localhost:{PORT}", "people": []},
        ],
        "mailbox": f"https://localhost:{PORT}/mail",
    }
    (WORK / "data").mkdir(exist_ok=True)
    (WORK / "data" / "demo.json").write_text(json.dumps(listing))


def browse(spec, title):
    chromium = subprocess.run([ROOT / "tools" / "chromium.sh"], check=True, capture_output=True, text=True).stdout
    for kept in WORK.glob("*.json"):
        kept.unlink()
    subprocess.run(
        ["npx", "--no-install", "playwright", "test", spec, "-g", title],
        cwd=ROOT / "tests" / "browser", check=True,
        env={**os.environ, "CHROMIUM": chromium.strip(), "PORTAL_FOLDER": str(WORK), "DEPLOYED": "1",
             "NODE_TLS_REJECT_UNAUTHORIZED": "0"},
    )


def restore(env, deploy, deployed, settings):
    """A backup, everything lost, and the restored table in the place of the lost one."""
    table = env.client("dynamodb")
    name = deployed["Table"]
    backup = table.create_backup(TableName=name, BackupName="drill")["BackupDetails"]["BackupArn"]
    items = table.scan(TableName=name, Select="COUNT")["Count"]
    pages = table.get_paginator("scan").paginate(TableName=name, ProjectionExpression="pk, sk")
    for page in pages:
        for key in page["Items"]:
            table.delete_item(TableName=name, Key=key)
    began = time.monotonic()
    restored = f"{name}-restored"
    table.restore_table_from_backup(TargetTableName=restored, BackupArn=backup)
    described = table.update_table(
        TableName=restored, StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    )["TableDescription"]
    stream = (described.get("LatestStreamArn") or "").rsplit("/", 1)[-1]
    deploy.deploy(env, {**settings, "RestoredTable": restored, "RestoredStream": stream})
    there = table.scan(TableName=restored, Select="COUNT")["Count"]
    print(f"Restored {there} of {items} items in {time.monotonic() - began:.0f} s.")
    if there != items:
        sys.exit("The restored table isn't what was backed up.")


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "tmp").mkdir(parents=True)
    pack()
    certificate()
    port = free_port()
    aws = f"http://127.0.0.1:{port}"
    os.environ.update(
        AWS_ENDPOINT_URL=aws, AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_DEFAULT_REGION="us-east-1",
        AWS_REGION="us-east-1", GATEWAY_PORT=str(port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0",
        MINISTACK_REGION="us-east-1", TMPDIR=str(WORK / "tmp"), PYTHONDONTWRITEBYTECODE="1",
    )
    spec = importlib.util.spec_from_file_location("deploy", ROOT / "tools" / "deploy.py")
    deploy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(deploy)
    with contextlib.ExitStack() as up:
        up.enter_context(running([ROOT / ".venv" / "bin" / "python", "-m", "ministack"], WORK / "aws.log"))

        def aws_answers():
            return urllib.request.urlopen(f"{aws}/_ministack/health", timeout=5).status == 200

        wait_for(aws_answers)
        env = deploy.Environment("local")
        settings = {"IdentityUrl": aws}
        deployed = deploy.deploy(env, settings)
        _, secret = env.secret()
        api = deployed["Api"].split("//")[1].split(".")[0]
        told = {"port": PORT, "cert": str(WORK / "cert.pem"), "key": str(WORK / "key.pem"), "aws": aws, "api": api,
                "assets": deployed["AssetsBucket"], "secret": secret["origin"]}
        log = WORK / "front.log"
        up.enter_context(running(["node", ROOT / "tools" / "front.mjs", json.dumps(told)], log))

        def front_answers():
            return "ready" in log.read_text()

        wait_for(front_answers)
        found(env, deployed, aws)
        print(f"Up: https://acme.localhost:{PORT}, marcus@acme.example, {PASSWORD}")
        if "--stay" in sys.argv[1:]:
            with contextlib.suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)
            return
        job = "from a new client to a finding that is verified and closed"
        browse("main-job.spec.js", job)
        restore(env, deploy, deployed, settings)
        browse("main-job.spec.js", job)


if __name__ == "__main__":
    main()
