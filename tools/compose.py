#!/usr/bin/env python3
"""Puts the stack's template together, and writes infra/template.json.

What one would write by hand stands in infra/stack/*.yaml. The rest is made of what
the product and its tests go by: the table's shape (infra/table.json), the bucket's
rules (infra/bucket.json), what each role may (infra/policies), which function has
which route (infra/routes.txt), and the edge's function (infra/edge/viewer.js).

`--check` writes nothing, and fails where what is written isn't what would be.
"""

import json
import pathlib
import re
import sys

import yaml

INFRA = pathlib.Path(__file__).resolve().parent.parent / "infra"
SECTIONS = ("Parameters", "Conditions", "Resources", "Outputs")
# Routes that are guessed at: the edge's firewall counts by address, this by route.
SLOWER = ("POST /sign-in", "POST /sign-in/code", "POST /forgot", "POST /reset", "POST /invite")
SLOWER_RATE = {"ThrottlingBurstLimit": 40, "ThrottlingRateLimit": 20}
DATA_ROLES = ("team-data", "portal-data")


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader, tag, node):
    if isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = loader.construct_scalar(node)
    if tag == "GetAtt":
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", _short_form)


def load(name):
    return yaml.load((INFRA / "stack" / f"{name}.yaml").read_text(), Loader)  # noqa: S506


def sub(text):
    return {"Fn::Sub": text}


def att(name, attribute="Arn"):
    return {"Fn::GetAtt": [name, attribute]}


def title(name):
    return "".join(word.capitalize() for word in name.split("-"))


# What the policies' placeholders are in the stack: one thing, or several. A table that
# was restored takes the place of the stack's own.
TABLE = {"Fn::If": ["Restored", sub("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${RestoredTable}"), att("Table")]}
PLACEHOLDERS = {
    "TableArn": [TABLE],
    "BucketArn": [att("Files")],
    "UserPoolArn": [att("UserPool")],
    # Mail is sent as the identity, by its configuration set: SES asks for both.
    "MailIdentityArn": [
        sub("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailDomain}"),
        sub("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:configuration-set/${MailSet}"),
    ],
}


def filled(text):
    """What a text of a policy with placeholders is in the stack: a list."""
    wanted = re.findall(r"\$\{(\w+)\}", text)
    if not wanted:
        return [sub(text.replace("${aws:", "${!aws:"))] if "${" in text else [text]
    (name,) = wanted  # more than one in a text would need their combinations
    values = PLACEHOLDERS.get(name) or [att(name.removesuffix("Arn"))]
    if text == f"${{{name}}}":
        return values
    inner = text.replace("${aws:", "${!aws:").replace(f"${{{name}}}", "${It}")
    return [{"Fn::Sub": [inner, {"It": value}]} for value in values]


def policy(name):
    """A policy of infra/policies, with what its placeholders stand for."""

    def walk(node):
        if isinstance(node, dict):
            return {key: walk(value) for key, value in node.items()}
        if isinstance(node, list):
            return [one for item in node for one in (filled(item) if isinstance(item, str) else [walk(item)])]
        return node

    return walk(json.loads((INFRA / "policies" / f"{name}.json").read_text()))


# The functions that speak with Stripe: no other is told the key. The worker ends payment pages.
PAYS = ("billing", "payments", "webhooks", "worker")


def environment(name):
    """The settings of shared/web/src/config.rs."""
    secret = "{{resolve:secretsmanager:${AWS::StackName}:SecretString:%s::${SecretVersion}}}"
    issuer = "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}"
    keys = sub("${IdentityUrl}/${UserPool}/.well-known/jwks.json")

    def paid(key):
        is_told = name in PAYS and not (name == "worker" and key != "stripe_key")
        return {"Fn::If": ["Paid", sub(secret % key), ""]} if is_told else ""

    return {
        "BASE_DOMAIN": {"Ref": "Domain"},
        "BUCKET_NAME": {"Ref": "Files"},
        "JWKS_URL": {"Fn::If": ["IdentityElsewhere", keys, sub(issuer + "/.well-known/jwks.json")]},
        "MAIL_FROM": sub("portal@${MailDomain}"),
        "MALWARE_SCAN": {"Fn::If": ["Scans", "1", "0"]},
        "ORIGIN_SECRETS": sub(f"{secret % 'origin'},{secret % 'origin_before'}"),
        "POOL_CLIENT_ID": {"Ref": "UserPoolClient"},
        "POOL_ID": {"Ref": "UserPool"},
        "PORTAL_ROLE_ARN": att("PortalDataRole"),
        "SECRET_KEY": sub(secret % "key"),
        "STRIPE_CONNECT_WEBHOOK_SECRETS": paid("stripe_connect_webhooks"),
        "STRIPE_FEE_PERCENT": {"Ref": "StripeFee"},
        "STRIPE_SECRET_KEY": paid("stripe_key"),
        "STRIPE_WEBHOOK_SECRETS": paid("stripe_webhooks"),
        "TABLE_NAME": {"Fn::If": ["Restored", {"Ref": "RestoredTable"}, {"Ref": "Table"}]},
        "TEAM_ROLE_ARN": att("TeamDataRole"),
        "TOKEN_ISSUER": sub(issuer),
    }


def role(trust):
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}


def attached(name, document):
    # By itself: the roles of functions and of data name each other.
    return {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": name,
            "Roles": [{"Ref": f"{title(name)}Role"}],
            "PolicyDocument": document,
        },
    }


def function(name, row):
    """A function with its role, its policy, its log, and two alarms."""
    own = title(name)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = policy(name)
    document["Statement"].append({
        "Sid": "Logs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [att(f"{own}Logs")],
    })
    full_name = sub("${AWS::StackName}-" + name)
    return {
        f"{own}Function": {
            "Type": "AWS::Serverless::Function",
            "DependsOn": [f"{own}Policy"],
            "Properties": {
                "FunctionName": full_name,
                "Architectures": [{"Ref": "Architecture"}],
                "CodeUri": f"../target/lambda/{row['program']}/bootstrap.zip",
                "Handler": name,  # tells the program which function it is
                "Runtime": "provided.al2023",
                "MemorySize": row["memory"],
                "Timeout": row["timeout"],
                "Role": att(f"{own}Role"),
                "LoggingConfig": {"LogGroup": {"Ref": f"{own}Logs"}},
                "Environment": {"Variables": environment(name)},
            },
        },
        f"{own}Role": role({"Version": "2012-10-17", "Statement": [trust]}),
        f"{own}Policy": attached(name, document),
        f"{own}Logs": {
            "Type": "AWS::Logs::LogGroup",
            "DeletionPolicy": "Delete",
            "UpdateReplacePolicy": "Delete",
            "Properties": {"LogGroupName": sub("/aws/lambda/${AWS::StackName}-" + name), "RetentionInDays": 90},
        },
        f"{own}Fails": alarm(own, "Errors", f"The function {name} fails, or doesn't start."),
        f"{own}Throttled": alarm(own, "Throttles", f"The function {name} is called more often than it may run."),
    }


def alarm(own, metric, words):
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": words,
            "Namespace": "AWS/Lambda",
            "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": f"{own}Function"}}],
            "Statistic": "Sum",
            "Period": 300,
            "EvaluationPeriods": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        },
    }


def called_by_api(name):
    own = title(name)
    return {
        f"{own}Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": att(f"{own}Function"),
                "PayloadFormatVersion": "2.0",
            },
        },
        f"{own}Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": f"{own}Function"},
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"),
            },
        },
    }


def route_name(key):
    """`GET /clients/{client}` as RouteGetClientsBClientB: names have letters only."""
    method, path = key.split(" ")
    pieces = []
    for piece in path.split("/"):
        words = "".join(word.capitalize() for word in re.split(r"[^A-Za-z0-9]+", piece) if word)
        pieces.append(f"X{words}X" if piece.startswith("{") else words)
    return f"Route{method.capitalize()}{''.join(pieces)}"


def routes():
    rows = [line.split(" ", 1) for line in (INFRA / "routes.txt").read_text().splitlines()]
    made = {}
    for name, key in rows:
        logical = route_name(key)
        if logical in made:
            sys.exit(f"Two routes would be {logical}: {key} and another one.")
        made[logical] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": key,
                "Target": sub("integrations/${%sIntegration}" % title(name)),
            },
        }
    return made, sorted({name for name, _ in rows}), {key for _, key in rows}


def bucket_rules(resources):
    rules = json.loads((INFRA / "bucket.json").read_text())
    files = resources["Files"]["Properties"]
    files["CorsConfiguration"] = {
        "CorsRules": [
            {
                "AllowedOrigins": [sub("https://*.${Domain}") if one == "${PortalOrigins}" else one for one in rule["AllowedOrigins"]],
                "AllowedMethods": rule["AllowedMethods"],
                "AllowedHeaders": rule["AllowedHeaders"],
                "MaxAge": rule["MaxAgeSeconds"],
            }
            for rule in rules["CORSRules"]
        ]
    }
    files["LifecycleConfiguration"] = {
        "Rules": [
            {"Id": rule["ID"], "Prefix": rule["Prefix"], "ExpirationInDays": rule["ExpirationDays"], "Status": "Enabled"}
            for rule in rules["LifecycleRules"]
        ]
        + [
            # What was deleted can be had back as long as the table can be restored.
            {
                "Id": "former-versions",
                "Status": "Enabled",
                "NoncurrentVersionExpiration": {"NoncurrentDays": 35},
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            }
        ]
    }


def dashboard(names):
    """Ours by the functions' own lines, and what AWS counts beside them."""

    def widget(n, heading, metrics, stat="Sum"):
        properties = {
            "title": heading,
            "region": "${AWS::Region}",
            "metrics": metrics,
            "stat": stat,
            "period": 300,
            "view": "timeSeries",
        }
        return {"type": "metric", "x": 8 * (n % 3), "y": 6 * (n // 3), "width": 8, "height": 6, "properties": properties}

    def ours(metric):
        return [["SecPortal", metric, "function", "${AWS::StackName}-" + name] for name in names]

    worker = "${AWS::StackName}-worker"
    rows = [
        ("Requests", [["AWS/ApiGateway", "Count", "ApiId", "${Api}"]], "Sum"),
        ("Answers of 5xx and 4xx", [["AWS/ApiGateway", one, "ApiId", "${Api}"] for one in ("5xx", "4xx")], "Sum"),
        ("Latency at the API, p95 (ms)", [["AWS/ApiGateway", "Latency", "ApiId", "${Api}"]], "p95"),
        ("Time in functions, p95 (ms)", ours("took_ms"), "p95"),
        ("Errors by function", ours("errors"), "Sum"),
        ("Cold starts", ours("cold_starts"), "Sum"),
        ("Read units by function", ours("read_units"), "Sum"),
        ("Write units by function", ours("write_units"), "Sum"),
        ("Age of the oldest due effect (s)", [["SecPortal", "outbox_age_s", "function", worker]], "Maximum"),
        ("Table: consumed", [["AWS/DynamoDB", one, "TableName", "${Table}"] for one in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")], "Sum"),
        ("Events of Stripe", [["SecPortal", one, "function", "${AWS::StackName}-webhooks"] for one in ("events", "events_unknown", "events_refused", "events_missed")], "Sum"),
        ("Dead letters", [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "${Failed.QueueName}"]], "Maximum"),
        ("Mail", [["AWS/SES", one, "ses:configuration-set", "${AWS::StackName}"] for one in ("Send", "Bounce", "Complaint")], "Sum"),
    ]
    body = {"widgets": [widget(n, *row) for n, row in enumerate(rows)]}
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": sub(json.dumps(body, separators=(",", ":"))),
        },
    }


def compose():
    template = load("main")
    for name in ("data", "identity", "mail", "api", "edge", "watch"):
        for section, found in load(name).items():
            if section not in SECTIONS:
                sys.exit(f"infra/stack/{name}.yaml has a section {section}, which nothing knows.")
            template.setdefault(section, {}).update(found)
    resources = template["Resources"]
    resources["Table"]["Properties"] = {
        **json.loads((INFRA / "table.json").read_text()),
        **resources["Table"]["Properties"],
    }
    resources["Table"]["Properties"]["StreamSpecification"].pop("StreamEnabled")
    bucket_rules(resources)
    resources["Viewer"]["Properties"]["FunctionCode"] = (INFRA / "edge" / "viewer.js").read_text()

    rows = load("functions")
    defaults = rows.pop("defaults")
    for name, row in rows.items():
        resources.update(function(name, {**defaults, **row}))
    failed = {"Sid": "Failed", "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [att("Failed")]}
    resources["WorkerPolicy"]["Properties"]["PolicyDocument"]["Statement"].append(failed)
    for name in DATA_ROLES:
        resources[f"{title(name)}Role"] = role(policy(f"{name}.trust"))
        resources[f"{title(name)}Policy"] = attached(name, policy(name))
    made, serving, keys = routes()
    for name in serving:
        if name not in rows:
            sys.exit(f"infra/routes.txt has routes of {name}, which isn't in infra/stack/functions.yaml.")
        resources.update(called_by_api(name))
    resources.update(made)
    slower = [key for key in SLOWER if key in keys]
    stage = resources["Stage"]
    stage["DependsOn"] = [route_name(key) for key in slower]
    stage["Properties"]["RouteSettings"] = {key: SLOWER_RATE for key in slower}
    # Whoever sends a new secret comes after those who must know it.
    resources["Distribution"]["DependsOn"] = [f"{title(name)}Function" for name in serving]

    resources["Dashboard"] = dashboard(list(rows))
    for found in resources.values():
        if found["Type"] == "AWS::CloudWatch::Alarm":
            found["Properties"]["AlarmActions"] = [{"Ref": "Alarms"}]
            found["Properties"]["OKActions"] = [{"Ref": "Alarms"}]
    return json.dumps(template, indent=1, ensure_ascii=False) + "\n"


def main():
    path = INFRA / "template.json"
    text = compose()
    if "--check" in sys.argv[1:]:
        if not path.exists() or path.read_text() != text:
            sys.exit("infra/template.json isn't what its parts make: run `make template`.")
        return
    path.write_text(text)


main()
