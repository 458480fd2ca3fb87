/** What arguments cannot be together on GCP: with all other faults, before anything is made. */

import type { Check, Cloud } from "../../components/cloud";
import { type ContainerSpec, containerService } from "../../components/container";
import { portsOf } from "../../components/ports";
import { argumentsOf } from "../../components/reference";
import { type Fields, isPlain, Place, record } from "../../components/shape";
import { checkBuild, checkBuilds } from "../image-build";
import { besides, platformsOf, together } from "../workload-check";
import { checkDatabase } from "./database-check";
import { largestMachine, machineFor } from "./machine-type";
import { checkPool } from "./pool-check";
import { checkPull } from "./pull-check";
import { unsayable } from "./redirect";
import { cloudRunGrace, longestGrace, needsMachines } from "./run-limits";

type Args = Readonly<Record<string, unknown>>;

const container: Check<"container"> = (spec, at, args) => {
    if (args.on !== undefined) {
        checkImages(args, at, "a machine");
        checkPool(spec, at, args);
        checkPull(args, at);
    } else if (needsMachines(completed(spec))) {
        checkMachines(spec, at);
        checkPull(args, at);
    } else checkRun(spec, at, args);
    checkBuilds(args, at);
};

const job: Check<"job"> = (_spec, at, args) => {
    checkImages(args, at, "Cloud Run");
    checkBuilds(args, at);
    const from = argumentsOf(args.container, at);
    if (isPlain(args.env) && args.env.PORT !== undefined) refusePort(at, args.env.PORT);
    else if (isPlain(from?.env) && from.env.PORT !== undefined)
        at.in("container").fault("has a variable PORT, which is Cloud Run's own", "use another name there");
};

const loadBalancer: Check<"loadBalancer"> = ({ redirects, tcp }, at, args) => {
    redirects.forEach(({ to }, index) => {
        const wrong = unsayable(to);
        if (wrong !== undefined)
            at.in("redirects")
                .in(index)
                .in("to")
                .fault(`cannot go to ${wrong} on gcp`, "let the app answer with it, or leave that out", to);
    });
    for (const name of Object.keys(tcp)) {
        const given = (args.tcp as Record<string, { to?: unknown }>)[name];
        const declared = argumentsOf(isPlain(given) ? given.to : undefined, at);
        if (declared && declared.on === undefined && !needsMachines(read(declared)))
            at.in("tcp").in(name).in("to").fault("speaks HTTP only, on Cloud Run", 'give the port `protocol: "tcp"`');
    }
};

export const checks: Cloud["checks"] = { container, image: checkBuild, job, loadBalancer, database: checkDatabase };

function checkMachines(spec: ContainerSpec, at: Place): void {
    const { min, max, requests } = spec.scale;
    const scale = at.in("scale");
    if (min === 0)
        scale
            .in("min")
            .fault(
                "must be at least 1 on gcp: no request can start a machine, and this container needs one",
                "set it to 1, or more",
                0,
            );
    if (requests !== undefined && max > min && !spec.public)
        scale
            .in("requests")
            .fault("needs `public` on gcp: the load balancer counts them", "set that, or scale by `cpu`", requests);
    const { cpu, memory } = together([spec, ...Object.values(spec.sidecars)]);
    if (machineFor(cpu, memory) === undefined)
        at.in("cpu").fault(
            `is ${cpu} with the sidecars, with ${memory} MiB, and the largest machine for containers has ${largestMachine.cpu} and ${largestMachine.memory}`,
            "lower `cpu` or `memory`",
            spec.cpu,
        );
}

function checkRun(spec: ContainerSpec, at: Place, args: Args): void {
    checkImages(args, at, "Cloud Run");
    const { cpu, memory } = together([spec, ...Object.values(spec.sidecars)], 1);
    if (cpu > 8 || memory > 32768)
        at.in("cpu").fault(
            `is ${cpu} with the sidecars, with ${memory} MiB, and Cloud Run has at most 8 and 32768`,
            "lower `cpu` or `memory`",
            spec.cpu,
        );
    checkAsked(args, at);
    const port = Object.values(portsOf({ ...spec }))[0]?.port;
    for (const [own, place] of besides(args, at)) {
        const variable = isPlain(own.env) ? own.env.PORT : undefined;
        if (variable !== undefined && (place !== at || variable !== String(port)))
            refusePort(place, variable, place === at ? port : undefined);
    }
}

/** What Cloud Run does in its own way, whatever is said. Source: cloud.google.com/run/docs/container-contract, …/healthchecks */
function checkAsked({ health, stopGrace }: Args, at: Place): void {
    if (typeof stopGrace === "number" && stopGrace !== cloudRunGrace)
        at.in("stopGrace").fault(
            `must be ${cloudRunGrace} on gcp, or more than ${longestGrace}: Cloud Run gives ${cloudRunGrace} seconds, once its requests have come to their end`,
            `leave it out, or set it to more than ${longestGrace}: then it runs on machines of its own`,
            stopGrace,
        );
    if (!isPlain(health) || health.path !== undefined) return;
    for (const key of ["interval", "failures"] as const)
        if (health[key] !== undefined)
            at.in("health")
                .in(key)
                .fault(
                    "needs `path` on gcp: without one, Cloud Run asks while it starts, and then sees only that it has ended",
                    "give a `path`, or leave this out",
                    health[key],
                );
}

/** Cloud Run itself gives `PORT`, and takes no other one. */
function refusePort(at: Place, given: unknown, port?: number): void {
    at.in("env")
        .in("PORT")
        .fault(
            `is the port that it listens on${port === undefined ? "" : `, ${port}`}, on gcp`,
            "leave it out, or use another name",
            given,
        );
}

function checkImages(args: Args, at: Place, who: string): void {
    for (const [own, place] of besides(args, at)) {
        const platforms = platformsOf(own, place);
        if (platforms.includes("linux/amd64")) continue;
        place
            .in(own.container !== undefined ? "container" : isPlain(own.build) ? "build" : "image")
            .fault(
                `is for ${platforms.join(" and ") || "no processor"}, and ${who} has linux/amd64 only`,
                "add that to `platforms`",
            );
    }
}

/** With its port among its ports, as drivers get it. */
function completed(spec: ContainerSpec): ContainerSpec {
    return { ...spec, ports: portsOf({ ...spec }) };
}

/** A container as it was declared, with its defaults. Its faults are found where it stands. */
function read(declared: Args): ContainerSpec {
    const fields = containerService.fields("dev") as Fields<object>;
    return completed(record(fields)(declared, new Place("", [])) as ContainerSpec);
}
