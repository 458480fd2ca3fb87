import type { Drawn } from "../../../tests/checkov/hcl";

/**
 * What is paid for each month whether it is used or not, in US dollars, in us-east1, of 730 hours. Where the figures are
 * from: the Cloud Billing Catalog of 2026-10-05 (Cloud SQL's small tiers and storage, Cloud Run's idle instances), others'
 * reading of Google's price pages of 2026-09-23 (Cloud SQL by CPU and memory) and of 2025-09-18 (worker pools).
 */
export const pricesOf = "2026-09-23 to 2026-10-05";

const month = 730;
const seconds = month * 3600;
type Inputs = Readonly<Record<string, unknown>>;

const tierHour: Readonly<Record<string, number>> = { "db-f1-micro": 0.0105, "db-g1-small": 0.035 };
const customHour = { cpu: 0.0413, memory: 0.007 } as const;
const storage = 0.17;
/** Of an instance that waits for requests: a CPU, and a GiB, each second. */
const idle = 2.5e-6;
const worker = { cpu: 1.1244e-5, memory: 1.235e-6 } as const;

/** Read in no list of today's: what Google has asked for long, and what a worker pool cost while it was new. */
export const assumed: ReadonlySet<string> = new Set([
    "gcp:cloudrunv2/workerPool:WorkerPool",
    "gcp:compute/address:Address",
    "gcp:compute/forwardingRule:ForwardingRule",
    "gcp:compute/routerNat:RouterNat",
    "gcp:dns/managedZone:ManagedZone",
    "gcp:kms/cryptoKey:CryptoKey",
]);
const endpointHour = 0.01;
const addressHour = 0.005;
const natHour = 0.0014;
const zone = 0.2;
const keyVersion = 0.06;

/** One resource's price. A gateway is paid for by the instances that go out by it. */
export function priceOf({ type, inputs }: Drawn, made: readonly Drawn[]): number {
    switch (type) {
        case "gcp:sql/databaseInstance:DatabaseInstance": {
            const { tier, availabilityType, diskSize } = inputs.settings as Inputs;
            const servers = availabilityType === "REGIONAL" ? 2 : 1;
            return servers * (tierPrice(String(tier)) * month + storage * Number(diskSize));
        }
        case "gcp:cloudrunv2/service:Service": {
            const { cpu, memory } = sizeOf(inputs);
            return instancesOf(inputs) * (cpu + memory) * idle * seconds;
        }
        case "gcp:cloudrunv2/workerPool:WorkerPool": {
            const { cpu, memory } = sizeOf(inputs);
            return instancesOf(inputs) * (cpu * worker.cpu + memory * worker.memory) * seconds;
        }
        case "gcp:compute/forwardingRule:ForwardingRule":
            return inputs.loadBalancingScheme === "" ? endpointHour * month : 0;
        case "gcp:compute/address:Address":
            return inputs.addressType === "EXTERNAL" ? addressHour * month : 0;
        case "gcp:compute/routerNat:RouterNat":
            return made.reduce((count, one) => count + instancesOf(one.inputs), 0) * natHour * month;
        case "gcp:dns/managedZone:ManagedZone":
            return zone;
        case "gcp:kms/cryptoKey:CryptoKey":
            return keyVersion;
        default:
            return 0;
    }
}

/** The instances that are there when nobody uses it: none of what is not on Cloud Run. */
function instancesOf({ scaling, template }: Inputs): number {
    const own = (template as Inputs | undefined)?.scaling as Inputs | undefined;
    return Number((scaling as Inputs | undefined)?.manualInstanceCount ?? own?.minInstanceCount ?? 0);
}

/** Its CPUs and GiB: `1` or `250m`, and `512Mi`. */
function sizeOf({ template }: Inputs) {
    const containers = (template as Inputs).containers as { resources: { limits: Record<string, string> } }[];
    const limits = containers.map(({ resources }) => resources.limits);
    return {
        cpu: limits.reduce((all, { cpu }) => all + (cpu.endsWith("m") ? parseInt(cpu) / 1000 : Number(cpu)), 0),
        memory: limits.reduce((all, { memory }) => all + parseInt(memory) / 1024, 0),
    };
}

function tierPrice(tier: string): number {
    const [, cpu, memory] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
    if (cpu) return Number(cpu) * customHour.cpu + (Number(memory) / 1024) * customHour.memory;
    const price = tierHour[tier];
    if (price === undefined) throw new Error(`scripts/docs/gcp/prices.ts has no price of ${tier}`);
    return price;
}
