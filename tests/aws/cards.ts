import type { Answered, Mend } from "./gateway";

/** Network interfaces: a machine that is no more has none, and that of a NAT gateway goes with it. */
export function cards(): Mend {
    const gone = new Set<string>();
    /** Which machine it is that an attachment is to. */
    const attached = new Map<string, string>();
    return async ({ action, body }, forward) => {
        const form = new URLSearchParams(body.toString());
        if (action === "DetachNetworkInterface") {
            const id = form.get("AttachmentId")!;
            return gone.has(attached.get(id) ?? "") ? notThere(id) : forward();
        }
        const answered = await forward();
        if (action === "TerminateInstances")
            for (const [key, id] of form) if (key.startsWith("InstanceId.")) gone.add(id);
        if (action === "DeleteNatGateway" && answered.status === 200) {
            const ask = (own: Record<string, string>) =>
                forward({ body: Buffer.from(new URLSearchParams({ Version: "2016-11-15", ...own }).toString()) });
            const gateway = await ask({ Action: "DescribeNatGateways", "NatGatewayId.1": form.get("NatGatewayId")! });
            const NetworkInterfaceId = /<networkInterfaceId>(.*?)</.exec(gateway.body.toString())![1];
            await ask({ Action: "DeleteNetworkInterface", NetworkInterfaceId });
        }
        if (action !== "DescribeNetworkInterfaces") return answered;
        const left = answered.body.toString().replace(/<attachment>.*?<\/attachment>/gs, (one) => {
            const [id, machine] = ["attachmentId", "instanceId"].map(
                (name) => new RegExp(`<${name}>(.*?)<`).exec(one)?.[1] ?? "",
            );
            if (machine) attached.set(id, machine);
            return gone.has(machine) ? "" : one;
        });
        return { ...answered, headers: { "content-type": "text/xml" }, body: left };
    };
}

/** As EC2 answers: who takes a card away takes it for done. */
function notThere(id: string): Answered {
    const error = `<Code>InvalidAttachmentID.NotFound</Code><Message>The attachment '${id}' does not exist.</Message>`;
    return {
        status: 400,
        headers: { "content-type": "text/xml" },
        body: `<Response><Errors><Error>${error}</Error></Errors><RequestID>gone</RequestID></Response>`,
    };
}
