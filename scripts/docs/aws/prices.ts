/**
 * What is paid for each month whether it is used or not, in US dollars, in us-east-1, of 730 hours. Where the figures are
 * from: AWS's price files (Fargate, NAT, IPv4, RDS storage, KMS: 2026-09-23; the database's machines: 2026-10-01), AWS's
 * price pages (load balancer, Secrets Manager: 2026-09-20; Fargate Spot: 2026-06). The machines `small` and above are multiples of `micro`, as
 * AWS's own are.
 */
export const pricesOf = "2026-09-20 to 2026-10-01";

const month = 730;
type Inputs = Readonly<Record<string, unknown>>;

const cpuHour = { ARM64: 0.03238, X86_64: 0.04048 } as const;
const memoryHour = { ARM64: 0.00356, X86_64: 0.004445 } as const;
const databaseHour: Readonly<Record<string, number>> = {
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.064,
};
/** Of the price: AWS asks 30 to 50 per cent (its page, 2026-06), and changes it slowly. */
const spot = 0.4;
const storage = 0.115;
const address = 0.005;
const secret = 0.4;

/** The processors of tasks. */
export type Processor = keyof typeof cpuHour;

/** One resource's price; services are priced with the task that they run, on its own processor or on another one. */
export function priceOf(type: string, inputs: Inputs, task?: Inputs, processor?: Processor): number {
    switch (type) {
        case "aws:kms/key:Key":
            return 1;
        case "aws:secretsmanager/secret:Secret":
            return secret;
        case "aws:lb/loadBalancer:LoadBalancer":
            return 0.0225 * month;
        case "aws:ec2/natGateway:NatGateway":
            return 0.045 * month;
        case "aws:ec2/eip:Eip":
            return address * month;
        case "aws:ec2/instance:Instance":
            return 0.0042 * month + 0.64; // t4g.nano, with a disk of 8 GiB
        case "aws:rds/instance:Instance": {
            const servers = inputs.multiAz ? 2 : 1;
            const machine = databaseHour[String(inputs.instanceClass)] * month;
            return servers * (machine + storage * Number(inputs.allocatedStorage)) + secret; // RDS keeps the administrator's
        }
        case "aws:ecs/service:Service": {
            const { cpu, memory, runtimePlatform } = task ?? {};
            const own = (runtimePlatform as { cpuArchitecture?: Processor } | undefined)?.cpuArchitecture;
            const kind = processor ?? own ?? "X86_64";
            const hour = (Number(cpu) / 1024) * cpuHour[kind] + (Number(memory) / 1024) * memoryHour[kind];
            const [strategy] = (inputs.capacityProviderStrategies ?? []) as { capacityProvider: string }[];
            const part = strategy?.capacityProvider === "FARGATE_SPOT" ? spot : 1;
            const open = (inputs.networkConfiguration as { assignPublicIp?: boolean } | undefined)?.assignPublicIp;
            return Number(inputs.desiredCount ?? 1) * (part * hour + (open ? address : 0)) * month;
        }
        case "aws:scheduler/schedule:Schedule":
            // The schedule's calls, the function's (1 and 0.20 a million), and 0.3 seconds of 128 MiB on ARM for each.
            return inputs.scheduleExpression === "rate(1 minute)"
                ? month * 60 * (1e-6 + 2e-7 + 0.3 * 0.125 * 1.33334e-5)
                : 0;
        default:
            return 0;
    }
}
