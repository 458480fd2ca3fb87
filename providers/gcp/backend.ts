import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/gcp";
import * as compute from "@pulumi/gcp/compute";
import type { HealthSpec } from "../../components/health";
import type { Site } from "../../components/site";
import { healthPort } from "./machine-health";
import { named } from "./names";
import { probes } from "./network-firewall";
import { projectOf } from "./project";
import type { GcpContainer, Machines, NamedPort, Serverless } from "./target";

/** BackendArgs says what is sent where. */
export interface BackendArgs {
    readonly to: GcpContainer;
    readonly port: NamedPort;
    readonly protocol: "HTTP" | "TCP";
    /** A policy of Cloud Armor. @default none */
    readonly policy: compute.SecurityPolicy | undefined;
    /** Keeps a line for each request, or connection. */
    readonly logged: boolean;
    readonly instance: string;
}

/** Browsers come back over HTTPS only, for a year. */
const hsts = "Strict-Transport-Security: max-age=31536000";

/** A backend service for a container's port, and the way to it. Its `site` is the one who forwards. */
export function backend(site: Site, args: BackendArgs): compute.BackendService {
    const { to, protocol, policy, logged, instance } = args;
    const common: compute.BackendServiceArgs = {
        ...named(site, "backend", 63, instance),
        description: `${to.name}, for ${site.name}`,
        loadBalancingScheme: "EXTERNAL_MANAGED",
        protocol,
        securityPolicy: policy?.id,
        logConfig: logged ? { enable: true, sampleRate: 1 } : { enable: false },
        ...(protocol === "HTTP" ? { customResponseHeaders: [hsts] } : {}),
    };
    const own = to.runs.on === "run" ? serverless(site, args, to.runs) : onMachines(site, args, to.runs);
    return site.make("backend", compute.BackendService, { ...common, ...own.args }, { instance, dependsOn: own.after });
}

type Own = { readonly args: compute.BackendServiceArgs; readonly after: pulumi.Resource[] };

/** Cloud Run sees to its own health, waits and ports: a backend that has one of these is refused. */
function serverless(site: Site, { to, protocol, instance }: BackendArgs, { service }: Serverless): Own {
    if (protocol === "TCP") {
        throw new pulumi.RunError(
            `LoadBalancer ${site.name}: tcp: Container ${to.name} speaks HTTP only, on Cloud Run: give the port \`protocol: "tcp"\``,
        );
    }
    const group = site.make(
        "endpoints",
        compute.RegionNetworkEndpointGroup,
        {
            ...named(site, "endpoints", 63, instance),
            networkEndpointType: "SERVERLESS",
            region: projectOf(site).region,
            cloudRun: { service },
        },
        { instance },
    );
    return { args: { backends: [{ group: group.id }] }, after: [] };
}

/**
 * More than a machine is for: there is no other group to send the rest to. By utilization, which takes no such number, a group
 * could not be reached from within the network as well, nor have a second balancer that counts otherwise: Google refuses modes
 * that are not "compatible" (cloud.google.com/load-balancing/docs/internal/troubleshooting-ilb).
 */
const plenty = 10_000;

function onMachines(site: Site, { to, port, protocol, instance }: BackendArgs, machines: Machines): Own {
    const health = site.make(
        "health",
        compute.HealthCheck,
        {
            ...named(site, "health", 63, instance),
            ...healthCheck(to.health, to.ports, port, protocol, machines.answered),
            logConfig: { enable: true },
        },
        { instance },
    );
    const open = site.make(
        "firewall",
        compute.Firewall,
        {
            ...named(site, "firewall", 63, instance),
            network: machines.network.network,
            description: `From ${site.name} to ${to.name}`,
            direction: "INGRESS",
            priority: 1000,
            sourceRanges: [...probes],
            targetTags: [machines.tag],
            allows: [
                { protocol: "tcp", ports: [...new Set([port.port, askedOf(to, port, machines.answered)])].map(String) },
            ],
        },
        { instance },
    );
    return {
        args: {
            backends: [
                {
                    group: machines.group,
                    ...(protocol === "HTTP"
                        ? { balancingMode: "RATE", maxRatePerInstance: machines.requests ?? plenty }
                        : { balancingMode: "CONNECTION", maxConnectionsPerInstance: plenty }),
                    capacityScaler: 1,
                },
            ],
            healthChecks: health.id,
            portName: machines.portName?.(port) ?? port.name,
            // An answer, or a connection, takes as long as it does.
            timeoutSec: 3600,
            connectionDrainingTimeoutSec: to.stopGrace,
        },
        after: [open],
    };
}

function askedOf(
    { health, ports }: Pick<GcpContainer, "health" | "ports">,
    port: NamedPort,
    answered = healthPort,
): number {
    if (health?.command) return answered;
    return health?.path !== undefined && health.port !== undefined ? ports[health.port].port : port.port;
}

/**
 * How Google asks: for the path, else whether somebody listens.
 *
 * @param answered - where machines answer for a check by command
 */
export function healthCheck(
    health: HealthSpec | undefined,
    ports: GcpContainer["ports"],
    port: NamedPort,
    protocol: "HTTP" | "TCP",
    answered = healthPort,
): Pick<
    types.input.compute.RegionBackendServiceBackend & compute.HealthCheckArgs,
    "checkIntervalSec" | "timeoutSec" | "healthyThreshold" | "unhealthyThreshold" | "httpHealthCheck" | "tcpHealthCheck"
> {
    const { interval = 10, timeout = 5, failures = 3, path, command } = health ?? {};
    const times = {
        checkIntervalSec: interval,
        timeoutSec: timeout,
        healthyThreshold: 2,
        unhealthyThreshold: failures,
    };
    // The machine has the command run for whoever asks.
    if (command) return { ...times, httpHealthCheck: { port: answered, requestPath: "/" } };
    const tcp = protocol === "TCP" && health?.port === undefined && port.protocol === "tcp";
    if (path === undefined || tcp) return { ...times, tcpHealthCheck: { port: port.port } };
    return { ...times, httpHealthCheck: { port: askedOf({ health, ports }, port), requestPath: path } };
}
