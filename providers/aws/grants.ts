import type * as pulumi from "@pulumi/pulumi";
import { together } from "../together";

/** Statement allows actions on resources. `*` alone is neither. */
export interface Statement {
    readonly actions: readonly string[];
    /** ARNs, or lists of them. */
    readonly on: readonly pulumi.Input<string | string[]>[];
    readonly when?: Condition;
}

/** Conditions by operator and key: `{ StringEquals: { "kms:ViaService": "s3.eu-central-1.amazonaws.com" } }`. */
export type Condition = Readonly<Record<string, Readonly<Record<string, pulumi.Input<string | string[]>>>>>;

/** Connect is a network path: to what stands in a security group, at a port. */
export interface Connect {
    /** The target's name, for the rules' descriptions. */
    readonly to: string;
    /** The target's security group. */
    readonly group: pulumi.Input<string>;
    readonly port: number;
}

/** Permit is what a link gives on AWS: the form of `Grant.permits`. */
export interface Permit {
    /** What the workload's own role may do. */
    readonly role?: readonly Statement[];
    /**
     * What must be allowed to whatever starts the workload, for its `secrets` and `files`: ECS's execution role. A machine
     * reads them by itself: there it is its own role's.
     */
    readonly start?: readonly Statement[];
    /** What it must reach in the network: see `connections` of security-group.ts. */
    readonly connect?: readonly Connect[];
    /** AWS's APIs which it calls over the network, by the last part of their endpoint's name: see `reach` of network.ts. */
    readonly apis?: readonly string[];
}

/** What a workload's links permit together. */
export function permitsOf(permits: readonly unknown[]): Required<Permit> {
    const all = permits as readonly Permit[];
    return {
        role: all.flatMap(({ role = [] }) => role),
        start: all.flatMap(({ start = [] }) => start),
        connect: all.flatMap(({ connect = [] }) => connect),
        apis: [...new Set(all.flatMap(({ apis = [] }) => apis))],
    };
}

/**
 * A policy document. Statements for the same actions are made one, since a role's policies have room for 10 KB together.
 *
 * @throws when a statement allows everything, or is for everything: that is never least privilege
 */
export function policy(statements: readonly Statement[]): pulumi.Output<string> {
    const merged = new Map<string, Statement>();
    for (const statement of statements) {
        const { actions, on, when } = statement;
        const wide = actions.find((action) => action === "*" || action.endsWith(":*"));
        if (wide !== undefined) throw new Error(`a statement allows ${wide}: name the actions`);
        if (on.includes("*") && !when) throw new Error(`a statement allows ${actions.join(", ")} on everything`);
        // Conditions may hold outputs, so that only those without any are compared.
        const key = when ? `own ${merged.size}` : [...actions].sort().join(" ");
        const before = merged.get(key);
        merged.set(key, before ? { ...before, on: [...before.on, ...on] } : statement);
    }
    const written = [...merged.values()].map(({ actions, on, when }) => ({
        Effect: "Allow",
        Action: [...actions],
        Resource: [...on],
        ...(when ? { Condition: when } : {}),
    }));
    return together(written).apply((known) =>
        whole(known.map((each) => ({ ...each, Resource: [...new Set(each.Resource.flat())] }))),
    );
}

/** A policy of whole statements, as AWS writes them: for a resource's own policy. */
export function document(statements: readonly object[]): pulumi.Output<string> {
    return together(statements).apply(whole);
}

const whole = (statements: readonly object[]): string =>
    JSON.stringify({ Version: "2012-10-17", Statement: statements });
