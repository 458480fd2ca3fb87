import * as pulumi from "@pulumi/pulumi";
import type { HealthSpec } from "../../components/health";
import type { Grant } from "../../components/link";
import { documents, fileLines, makeApp, quoted, unitLines } from "../cloud-init";

/** Boot is what a machine does by itself when it comes up. */
export interface Boot {
    readonly start: string | undefined;
    /** A script or a cloud-init document of the user's own: it is done before the start. */
    readonly userData: string | undefined;
    readonly env: Readonly<Record<string, pulumi.Input<string>>>;
    readonly grant: Grant;
    readonly region: pulumi.Input<string>;
    /** With a command, the machine asks itself, and has itself replaced. */
    readonly health: HealthSpec | undefined;
    /** The name of the ECS cluster which it works for. @default none */
    readonly cluster: pulumi.Input<string | undefined>;
}

/** User data for cloud-init, in base64. It holds no secret: the machine fetches them by its own role, at each start. */
export function userData(boot: Boot): pulumi.Output<string> {
    const { env, grant, region, cluster } = boot;
    const variables = pulumi.all({ ...grant.env, ...env });
    return pulumi
        .all([variables, pulumi.all({ ...grant.secrets }), pulumi.all({ ...(grant.files ?? {}) }), region, cluster])
        .apply(([plain, secrets, files, place, pool]) => {
            const script = setup(boot, pool, [
                `export AWS_REGION=${quoted(place)}`,
                ...Object.entries(plain).map(([key, value]) => `export ${key}=${quoted(value)}`),
                ...(Object.keys(secrets).length + Object.keys(files).length ? [fetcher] : []),
                ...Object.entries(secrets).map(([key, from]) => `${key}="$(secret ${parts(from)})"; export ${key}`),
                ...Object.entries(files).map(
                    ([key, from]) =>
                        `export ${key}=/run/app/${key.toLowerCase()}; (umask 377; secret ${parts(from)} > "$${key}.new"; mv -f "$${key}.new" "$${key}")`,
                ),
            ]);
            return Buffer.from(documents([boot.userData, script])).toString("base64");
        });
}

/** Of `<arn>:<key>:<stage>:<version>`: the secret, the key within it, the version. */
function parts(from: string): string {
    const all = from.split(":");
    return [all.slice(0, 7).join(":"), all[7] ?? "", all[9] ?? ""].map(quoted).join(" ");
}

const fetcher = `secret() {
    aws secretsmanager get-secret-value --secret-id "$1" \${3:+--version-id "$3"} --query SecretString --output text |
        if [ -z "$2" ]; then cat; else python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"; fi
}`;

function setup({ start, health }: Boot, pool: string | undefined, exports: readonly string[]): string | undefined {
    const lines = ["#!/bin/sh", "set -eu"];
    if (pool !== undefined) {
        // The rights of the machine are not those of the containers on it. Source: the security guide of Amazon ECS.
        const settings = [`ECS_CLUSTER=${pool}`, "ECS_AWSVPC_BLOCK_IMDS=true"];
        lines.push("mkdir -p /etc/ecs", ...settings.map((one) => `echo ${quoted(one)} >> /etc/ecs/ecs.config`));
    }
    if (start !== undefined || health?.command) {
        lines.push(makeApp, "install -d -m 0755 /usr/local/lib/app");
    }
    if (start !== undefined) {
        lines.push(
            fileLines("/usr/local/lib/app/start", "0755", [
                "#!/bin/sh",
                "set -eu",
                ...exports,
                `exec /bin/sh -c ${quoted(start)}`,
            ]),
            fileLines("/etc/systemd/system/app.service", "0644", unitLines("The app", "/usr/local/lib/app/start")),
        );
    }
    if (health?.command) {
        lines.push(
            fileLines("/usr/local/lib/app/health", "0755", ["#!/bin/sh", "set -u", ...exports, ...checks(health)]),
            fileLines(
                "/etc/systemd/system/app-health.service",
                "0644",
                unitLines("Sees that it works", "/usr/local/lib/app/health"),
            ),
        );
    }
    const units = [...(start === undefined ? [] : ["app"]), ...(health?.command ? ["app-health"] : [])];
    // They wait for the end of cloud-init, and so for the user's own part: it must not wait for them.
    if (units.length) lines.push("systemctl daemon-reload", `systemctl enable ${units.join(" ")}`);
    if (units.length) lines.push(`systemctl start --no-block ${units.join(" ")}`);
    return lines.length > 2 ? `${lines.join("\n")}\n` : undefined;
}

function checks({ command, interval, timeout, failures, startup }: HealthSpec): string[] {
    return [
        `sleep ${startup}`,
        "failed=0",
        "while :; do",
        `    if timeout ${timeout} ${command!.map(quoted).join(" ")}; then failed=0; else failed=$((failed + 1)); fi`,
        `    if [ "$failed" -ge ${failures} ]; then`,
        `        token="$(curl -fsS -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)"`,
        `        self="$(curl -fsS -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)"`,
        `        aws autoscaling set-instance-health --instance-id "$self" --health-status Unhealthy`,
        "        failed=0",
        "    fi",
        `    sleep ${interval}`,
        "done",
    ];
}
