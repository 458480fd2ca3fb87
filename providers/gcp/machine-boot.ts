import * as pulumi from "@pulumi/pulumi";
import type { ContainerSpec, SidecarSpec } from "../../components/container";
import { linked } from "../../components/workload";
import { answering, healthPort } from "./machine-health";
import { containerUnit, portVariables, startLines } from "./machine-start";

/** MachineBoot is what a machine for containers does when it comes up. */
export interface MachineBoot {
    /** What its containers' names begin with: by these their lines are found. */
    readonly name: pulumi.Input<string>;
    readonly spec: ContainerSpec;
    readonly project: pulumi.Input<string>;
    /** Where images of the stack's own are: `europe-west1-docker.pkg.dev`. */
    readonly registry: pulumi.Input<string>;
}

/**
 * A cloud-init document for Google's Container-Optimized OS, which does it at each boot: a systemd unit for each container. It
 * holds no secret: the machine fetches them as itself, whenever a container is started.
 */
export function machineBoot({ name, spec, project, registry }: MachineBoot): pulumi.Output<string> {
    const containers = [
        { own: "main", spec: spec as SidecarSpec, ports: spec.ports },
        ...Object.entries(spec.sidecars).map(([own, sidecar]) => ({ own: `beside-${own}`, spec: sidecar, ports: {} })),
    ].map((one) => ({ ...one, grant: linked(one.spec.uses) }));
    const known = containers.map(({ spec: { image, env }, ports, grant }) => ({
        image: image.reference,
        plain: { ...portVariables(ports), ...grant.env, ...env },
        secrets: { ...grant.secrets },
        files: { ...(grant.files ?? {}) },
    }));
    return pulumi.output({ known, base: name, id: project, host: registry }).apply(({ known: all, base, id, host }) => {
        const files = all.flatMap((one, index) => {
            const { own, spec: of } = containers[index];
            const container = `${base}-${own}`;
            const script = startLines({
                ...one,
                own,
                container,
                project: id,
                registry: host,
                spec: of,
                // It shares the machine's network with what stands beside it.
                network: "--network host",
                kept: `/run/mvi/${own}`,
                home: "/run/mvi",
                login: [`docker-credential-gcr configure-docker --registries=${host}`],
            });
            const unit = containerUnit(`${folder}/${own}`, container, spec.stopGrace);
            return [file(`${folder}/${own}`, script), file(`/etc/systemd/system/mvi-${own}.service`, unit)];
        });
        const asked = spec.health?.command;
        if (asked)
            files.push(
                ...answering(`docker exec ${base}-main`, spec.health!).map(({ path, lines }) => file(path, lines)),
            );
        const open = [...Object.values(spec.ports).map(({ port }) => port), ...(asked ? [healthPort] : [])];
        const units = [...containers.map(({ own }) => `mvi-${own}.service`), ...(asked ? ["mvi-health.socket"] : [])];
        const document = {
            write_files: files,
            runcmd: [
                // Its own firewall lets nobody in; the network's says who may come.
                ...open.map((port) => [
                    "iptables",
                    "-w",
                    "-A",
                    "INPUT",
                    "-p",
                    "tcp",
                    "--dport",
                    `${port}`,
                    "-j",
                    "ACCEPT",
                ]),
                ["systemctl", "daemon-reload"],
                ["systemctl", "start", "--no-block", ...units],
            ],
        };
        return `#cloud-config\n${JSON.stringify(document)}\n`;
    });
}

const folder = "/etc/mvi";

/** In base64: nothing in it is read as YAML. */
function file(path: string, lines: readonly string[]) {
    const content = Buffer.from(`${lines.join("\n")}\n`).toString("base64");
    return { path, permissions: "0644", owner: "root", encoding: "b64", content };
}
