import type { types } from "@pulumi/aws";
import type * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import type { LoadBalancerSpec } from "../../components/load-balancer";
import type { Site } from "../../components/site";
import { tags } from "./tags";
import { type AwsContainer, containerOf, makeTarget, openWays, portOf } from "./target";

type Condition = types.input.lb.ListenerRuleCondition;
type Action = types.input.lb.ListenerRuleAction;

/** At is the listener that the rules are for. */
export interface At {
    readonly balancer: lb.LoadBalancer;
    readonly group: ec2.SecurityGroup;
    readonly listener: lb.Listener;
    /** The place of the first rule. */
    readonly first: number;
    /** What every one of them asks besides. */
    readonly only: readonly Condition[];
}

export interface Rules {
    readonly targets: readonly lb.TargetGroup[];
}

/**
 * A rule for each route and redirect, the most specific one first. A rule is called by its place, so that another order
 * changes what the rules say and not where they stand: no two ever want the same place.
 */
export function makeRules(site: Site, { routes, redirects }: LoadBalancerSpec, at: At): Rules {
    const targets = new Map<
        string,
        { target: lb.TargetGroup; to: AwsContainer; port: number; rules: lb.ListenerRule[] }
    >();
    const wanted = [
        ...routes.map(({ host, path, to, port }) => {
            const container = containerOf(to);
            const at_ = portOf(container, port);
            const instance = `${container.name}-${at_.name}`;
            let known = targets.get(instance);
            if (!known) {
                const target = makeTarget(site, { to: container, port: at_, protocol: "HTTP", balancer: at, instance });
                targets.set(instance, (known = { target, to: container, port: at_.port, rules: [] }));
            }
            const action: Action = { type: "forward", targetGroupArn: known.target.arn };
            return { host, path, action, known };
        }),
        ...redirects.map(({ host, path, to, permanent }) => ({
            host,
            path,
            action: { type: "redirect", redirect: redirectTo(to, permanent) },
            known: undefined,
        })),
    ].sort((a, b) => specific(b) - specific(a));
    wanted.forEach(({ host, path, action, known }, index) => {
        const rule = site.make(
            "rule",
            lb.ListenerRule,
            {
                listenerArn: at.listener.arn,
                priority: at.first + index,
                conditions: [...at.only, ...conditions(host, path, at.only.length === 0)],
                actions: [action],
                tags: tags(site),
            },
            { instance: `${index + 1}` },
        );
        known?.rules.push(rule);
    });
    const all = [...targets.values()];
    openWays(site, at.group, all);
    for (const { target, to, port, rules } of all) to.entries.add({ target: target.arn, port, after: rules });
    return { targets: all.map(({ target }) => target) };
}

/** An exact host goes before `*.host`, and that before none; then the longer path. */
function specific({ host, path }: { host: string | undefined; path: string }): number {
    const byHost = host === undefined ? 0 : host.startsWith("*.") ? 1 + host.length / 1000 : 2;
    return byHost * 10000 + path.length;
}

/** A path is for itself and all below it, not for what merely begins alike. */
function conditions(host: string | undefined, path: string, alone: boolean): Condition[] {
    const base = path.replace(/\/+$/, "");
    const paths = base === "" ? (alone && host === undefined ? ["/*"] : []) : [base, `${base}/*`];
    return [
        ...(host === undefined ? [] : [{ hostHeader: { values: [host] } }]),
        ...(paths.length ? [{ pathPattern: { values: paths } }] : []),
    ];
}

/** A whole URL, or a path: what it does not say stays as the client asked. */
function redirectTo(to: string, permanent: boolean): NonNullable<Action["redirect"]> {
    const statusCode = permanent ? "HTTP_301" : "HTTP_302";
    // The client speaks HTTPS, though it may reach the load balancer through CloudFront.
    const base = { protocol: "HTTPS", port: "443", statusCode };
    if (to.startsWith("/")) {
        const [path, query = ""] = to.split("?");
        return { ...base, path, query };
    }
    const { protocol, hostname, port, pathname, search } = new URL(to);
    const plain = protocol === "http:";
    return {
        protocol: plain ? "HTTP" : "HTTPS",
        host: hostname,
        port: port || (plain ? "80" : "443"),
        path: pathname,
        query: search.slice(1),
        statusCode,
    };
}
