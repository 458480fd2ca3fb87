import type { Answered, Mend } from "./gateway";

const remembered = ["DefaultInstanceWarmup", "MaxInstanceLifetime"];
const policy = "InstanceMaintenancePolicy";
const namespace = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

/** Groups of machines: remembers what was said of them, and has every refresh of their machines succeed at once. */
export function machineGroups(): Mend {
    const kept = new Map<string, Map<string, string>>();
    return async ({ action, body }, forward) => {
        const form = new URLSearchParams(body.toString());
        if (action === "StartInstanceRefresh") return xml(action, "<InstanceRefreshId>refresh</InstanceRefreshId>");
        if (action === "DescribeInstanceRefreshes") return xml(action, "<InstanceRefreshes></InstanceRefreshes>");
        const name = form.get("AutoScalingGroupName");
        if (name !== null && /^(Create|Update)/.test(action)) {
            const own = kept.get(name) ?? new Map<string, string>();
            kept.set(name, own);
            for (const [key, value] of form)
                if (remembered.includes(key) || key.startsWith(`${policy}.`)) own.set(key, value);
        }
        const answered = await forward();
        const text = answered.body
            .toString()
            .replace(
                /<AutoScalingGroupName>([^<]*)<\/AutoScalingGroupName>(?=<AutoScalingGroupARN>)/g,
                (whole, group: string) => {
                    const own = kept.get(group) ?? new Map<string, string>();
                    const members = [...own].map(([key, value]) => [key.replace(`${policy}.`, ""), value] as const);
                    const of = (top: boolean) =>
                        members
                            .filter(([key]) => remembered.includes(key) === top)
                            .map(([key, value]) => `<${key}>${value}</${key}>`)
                            .join("");
                    return `${whole}${of(true)}${of(false) && `<${policy}>${of(false)}</${policy}>`}`;
                },
            )
            // An empty one is one.
            .replaceAll("<PredictiveScalingConfiguration/>", "<Enabled>true</Enabled>");
        return { ...answered, headers: { "content-type": "text/xml" }, body: text };
    };
}

/** Capacity providers of ECS, by name. `left` says which are there. */
export function capacityProviders(): { mend: Mend; left(): string[] } {
    const all = new Set<string>();
    return {
        mend: async ({ action, body }, forward) => {
            const { name, capacityProvider } = JSON.parse(body.toString()) as Record<string, string>;
            const answered = await forward();
            if (answered.status !== 200) return answered;
            if (action === "CreateCapacityProvider") all.add(name);
            // It may be named by its ARN.
            else all.delete(capacityProvider.split("/").pop()!);
            return answered;
        },
        left: () => [...all].map((name) => `capacity provider: ${name}`),
    };
}

/** A template's own tags are not its machines'. */
export function launchTemplates(): Mend {
    return async (_, forward) => {
        const answered = await forward();
        const own =
            /<item><resourceType>launch-template<\/resourceType><tagSet>(<item>.*?<\/item>)*<\/tagSet><\/item>/g;
        return {
            ...answered,
            headers: { "content-type": "text/xml" },
            body: answered.body.toString().replace(own, ""),
        };
    };
}

function xml(action: string, result: string): Answered {
    const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result></${action}Response>`;
    return { status: 200, headers: { "content-type": "text/xml" }, body };
}
