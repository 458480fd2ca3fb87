import * as pulumi from "@pulumi/pulumi";

/** Gap is what the emulator does not do as AWS does: left out when a program runs there, and held by a test with mocks. */
interface Gap {
    readonly type: string;
    readonly argument: string;
    readonly because: string;
}

export const gaps: readonly Gap[] = [
    {
        type: "aws:kms/key:Key",
        argument: "rotationPeriodInDays",
        because: "moto 5.2 does not keep it, so that each preview would set it again",
    },
];

/** What is not made there at all: tests with mocks hold its arguments. */
export const untried: readonly { readonly what: string; readonly because: string }[] = [
    { what: "a Key of imported material", because: "moto 5.2 has no GetParametersForImport" },
    {
        what: "a Network with egress nat-instance",
        because:
            "version 5 of the provider has no primary network interface of a machine, which version 7 asks for; and moto has no MonitorInstances",
    },
];

/** Leaves out what the emulator does not do. Call it at the program's beginning. */
export function leaveOutGaps(): void {
    pulumi.runtime.registerResourceTransform(({ type, props, opts }) => {
        const left = gaps.filter((gap) => gap.type === type).map(({ argument }) => argument);
        if (!left.length) return undefined;
        const kept = Object.entries(props as Record<string, unknown>).filter(([name]) => !left.includes(name));
        return { props: Object.fromEntries(kept), opts };
    });
}
