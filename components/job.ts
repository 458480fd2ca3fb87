import type * as pulumi from "@pulumi/pulumi";
import { type Common, Component, type ComponentOptions, defineService, type Parts } from "./component";
import type { Container } from "./container";
import { reference } from "./reference";
import { cron, timeZone } from "./schedule";
import { flag, number, oneOf, optional } from "./shape";
import { prepareWorkload, type WorkloadArgs, workloadFields, workloadRules, type WorkloadSpec } from "./workload";

/** JobArgs configures a {@link Job}: by a schedule, once at each change, or by hand only. */
export interface JobArgs extends Common<"job">, WorkloadArgs {
    /** Runs a `command` in this container's image, with its variables and links and those given here. In place of `build` and `image`. */
    container?: Container;
    /** When, as five cron fields: minute, hour, day, month, weekday. @default by hand, or `once` */
    schedule?: string;
    /** The schedule's time zone. @default "UTC" */
    timeZone?: string;
    /** Runs when it is made and at each change of it, and the deployment waits for it: a migration. @default false */
    once?: boolean;
    /** Seconds until a run is ended, 1 to 86400. @default 3600 */
    timeout?: number;
    /** How often a failed run is tried again, 0 to 10. @default 2 */
    retries?: number;
    /** What happens when it is time and a run is going on. @default "forbid": the new one is left out */
    concurrency?: "forbid" | "allow" | "replace";
}

export interface JobSpec extends WorkloadSpec {
    schedule: string | undefined;
    timeZone: string;
    once: boolean;
    timeout: number;
    retries: number;
    concurrency: "forbid" | "allow" | "replace";
}

/** JobParts is what a driver gives back. */
export interface JobParts extends Parts {
    /** Its id at its cloud. */
    id: pulumi.Output<string>;
    /**
     * Of a job that runs `once`: the run that made it what it is, and that the deployment waited for. Unset for others: what
     * a schedule or a person starts is asked for when one wants to know, since an output says what was true at the last
     * deployment only.
     */
    lastRun: pulumi.Output<JobRun | undefined>;
}

/** JobRun is a run that has come to its end. */
export interface JobRun {
    /** Names it at its cloud: on `local` the run, on AWS the association, whose execution it was. */
    id: string;
    /** When, in UTC: "2026-11-21T09:30:00.000Z". Unset on AWS, whose provider does not tell. */
    ended?: string;
    /** How. With any other end, the deployment fails, with the reason. */
    outcome: "succeeded";
    exitCode: number;
}

export const jobService = defineService<JobArgs, JobSpec>({
    name: "job",
    type: "Job",
    fields: () => ({
        ...workloadFields,
        container: optional(reference<Container>("Container")),
        schedule: optional(cron),
        timeZone: optional(timeZone, "UTC"),
        once: optional(flag, false),
        timeout: optional(number({ min: 1, max: 86400, unit: "seconds" }), 3600),
        retries: optional(number({ min: 0, max: 10, unit: "retries" }), 2),
        concurrency: optional(oneOf("forbid", "allow", "replace"), "forbid"),
    }),
    rules: (spec, at, args) => {
        if (args.container === undefined) workloadRules(spec, at, args);
        else if (args.command === undefined)
            at.in("command").fault(
                "is needed beside `container`: its own would not end",
                'write one like ["node", "report.js"]',
            );
        if (args.container !== undefined && (args.build !== undefined || args.image !== undefined))
            at.in("container").fault("is there beside `build` or `image`", "give exactly one of the three");
        if (spec.once && spec.schedule !== undefined)
            at.in("once").fault("is there beside `schedule`", "leave one of them out", true);
        if (args.timeZone !== undefined && spec.schedule === undefined)
            at.in("timeZone").fault("is for a schedule", "leave it out", args.timeZone);
    },
    prepare: (self, spec) => {
        const { container, ...own } = spec as JobSpec & { container?: Container };
        if (!container) return prepareWorkload(self, own);
        const { image, env, uses, network } = container.spec;
        const kept = uses.filter(({ prefix }) => !own.uses.some((link) => link.prefix === prefix));
        return prepareWorkload(self, {
            ...own,
            image,
            env: { ...env, ...own.env },
            uses: [...kept, ...own.uses],
            network: own.network ?? network,
        });
    },
});

/**
 * Job runs a command to its end: on a schedule, once at each change, or when asked. Its last runs: on `local` by
 * `npx pulumi-mvi ask runs id=<name>`, on AWS by `aws stepfunctions list-executions --state-machine-arn <id>`.
 */
export class Job extends Component<"job"> implements JobParts {
    readonly id: pulumi.Output<string>;
    readonly lastRun: pulumi.Output<JobRun | undefined>;

    constructor(name: string, args: JobArgs, options?: ComponentOptions) {
        super(jobService, name, args, options);
        ({ id: this.id, lastRun: this.lastRun } = this.parts);
    }
}
