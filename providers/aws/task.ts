import * as pulumi from "@pulumi/pulumi";
import type * as ec2 from "@pulumi/aws/ec2";
import * as ecs from "@pulumi/aws/ecs";
import type { SidecarSpec } from "../../components/container";
import type { HealthSpec } from "../../components/health";
import type { Image } from "../../components/image";
import type { PortSpec } from "../../components/ports";
import type { Site } from "../../components/site";
import { linked, type WorkloadSpec } from "../../components/workload";
import { together } from "../workload-check";
import { accountOf } from "./account";
import { type DefinedContainer, definitions } from "./container-definitions";
import { permitsOf, type Statement } from "./grants";
import { nativeOf } from "./network";
import { ecr } from "./pull-check";
import { role } from "./role";
import { connections, securityGroup, wayOut } from "./security-group";
import { tags } from "./tags";
import { taskSize } from "./task-size";

/** TaskArgs says what runs together, as one unit. */
export interface TaskArgs {
    readonly spec: WorkloadSpec;
    /** @default none */
    readonly ports?: Readonly<Record<string, PortSpec>>;
    /** @default none */
    readonly sidecars?: Readonly<Record<string, SidecarSpec>>;
    /** Asked within the container. @default nothing is asked */
    readonly health?: HealthSpec;
    /** Seconds. */
    readonly stopGrace: number;
    /** What its role may do besides what its links say. @default nothing */
    readonly may?: readonly Statement[];
    /** Runs on machines of the stack's. @default false: on Fargate */
    readonly onMachines?: boolean;
}

/** Task is what ECS runs, with its roles and its place in the network. */
export interface Task {
    readonly definition: ecs.TaskDefinition;
    readonly group: ec2.SecurityGroup;
    /** Both of its roles, by ARN: whoever starts it must be allowed to pass them. */
    readonly roles: readonly pulumi.Output<string>[];
    /** Without these it would start before it may do what it has to. */
    readonly after: readonly pulumi.Resource[];
    readonly network: { subnets: pulumi.Output<string[]>; assignPublicIp: pulumi.Output<boolean> };
}

/** The name of the container that the component is about: others stand beside it. */
export const mainContainer = "main";

export function makeTask(site: Site, args: TaskArgs): Task {
    const { spec, ports = {}, sidecars = {}, health, stopGrace, may = [], onMachines = false } = args;
    const containers: DefinedContainer[] = [
        { name: mainContainer, spec, ports, health },
        ...Object.entries(sidecars).map(([name, sidecar]) => ({
            name: `beside-${name}`,
            spec: sidecar,
            ports: {},
            health: undefined,
        })),
    ];
    const specs = containers.map((container) => container.spec);
    const size = sizeOf(site, specs);
    const permits = permitsOf(specs.flatMap(({ uses }) => linked(uses).permits));
    const group = (spec.log.nodes.aws as { group: { name: pulumi.Output<string>; arn: pulumi.Output<string> } }).group;

    const own = role(site, "taskRole", {
        service: "ecs-tasks.amazonaws.com",
        description: `What runs in ${site.name}`,
        may: [...permits.role, ...may],
    });
    const starter = role(site, "startRole", {
        service: "ecs-tasks.amazonaws.com",
        description: `Starts ${site.name}: its image, its secrets, its log`,
        may: [
            ...pulls(
                site,
                specs.map(({ image }) => image),
            ),
            { actions: ["logs:CreateLogStream", "logs:PutLogEvents"], on: [pulumi.interpolate`${group.arn}:*`] },
            ...permits.start,
        ],
    });
    const security = securityGroup(site, "group", spec.network, `What runs in ${site.name}`);
    connections(site, security, permits.connect);
    wayOut(site, security, spec.network);
    const native = nativeOf(spec.network);
    // The agent of a session asks for its key by itself.
    native.reach([...permits.apis, ...(may.length ? ["ssmmessages", "kms"] : [])]);

    const { json, volumes } = definitions({
        containers,
        stopGrace,
        log: { group: group.name, region: accountOf(site).region, prefix: site.name },
    });
    const definition = site.make("definition", ecs.TaskDefinition, {
        family: familyOf(site),
        networkMode: "awsvpc",
        requiresCompatibilities: [onMachines ? "EC2" : "FARGATE"],
        cpu: String(size.cpu),
        memory: String(size.memory),
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: processor(site, specs, onMachines) },
        taskRoleArn: own.role.arn,
        executionRoleArn: starter.role.arn,
        containerDefinitions: json,
        volumes,
        tags: tags(site),
    });
    return {
        definition,
        group: security,
        roles: [own.role.arn, starter.role.arn],
        after: [...own.policies, ...starter.policies],
        network: { subnets: native.runs.subnets, assignPublicIp: native.runs.publicAddress },
    };
}

/** Versions of a task share a name: project and stack are in it, since it is the account's. */
function familyOf(site: Site): string {
    return `${pulumi.getProject()}-${pulumi.getStack()}-${site.name}`.replace(/[^A-Za-z0-9_-]/g, "-").slice(0, 255);
}

function sizeOf(site: Site, specs: readonly SidecarSpec[]): { cpu: number; memory: number } {
    const { cpu, memory } = together(specs);
    const size = taskSize(cpu, memory);
    if (!size) throw new Error(`${site.name}: a task of ${cpu} CPUs and ${memory} MiB was let pass by checks.ts`);
    return size;
}

/** ARM is a fifth cheaper, where every image has it; the stack's machines have x86. */
function processor(site: Site, specs: readonly SidecarSpec[], onMachines: boolean): string {
    const all = (platform: "linux/amd64" | "linux/arm64") =>
        specs.every(({ image }) => image.spec.platforms.includes(platform));
    if (all("linux/arm64") && !(onMachines && all("linux/amd64"))) return "ARM64";
    if (all("linux/amd64")) return "X86_64";
    throw new Error(`${site.name}: images for different processors were let pass by checks.ts`);
}

/** What it takes to get the images, of those that are in ECR. */
function pulls(site: Site, images: readonly Image[]): Statement[] {
    const { region, partition } = accountOf(site);
    const on = images.flatMap((image): pulumi.Output<string>[] => {
        const repository = (image.nodes.aws as { repository?: { arn: pulumi.Output<string> } }).repository;
        if (repository) return [repository.arn];
        const { reference } = image.spec;
        if (typeof reference === "string" && !ecr.test(reference)) return [];
        return [
            pulumi.all([reference, partition]).apply(([name, part]) => {
                const [, owner, place, path] = ecr.exec(name ?? "") ?? ["", "*", "*", "none"];
                return `arn:${part}:ecr:${place}:${owner}:repository/${path}`;
            }),
        ];
    });
    if (!on.length) return [];
    return [
        {
            actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            on,
        },
        // The login has no resource: the account's region is the narrowest there is.
        {
            actions: ["ecr:GetAuthorizationToken"],
            on: ["*"],
            when: { StringEquals: { "aws:RequestedRegion": region } },
        },
    ];
}
