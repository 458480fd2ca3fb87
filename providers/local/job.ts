import * as pulumi from "@pulumi/pulumi";
import type { DriverOf } from "../../components/cloud";
import { gauges } from "./grants";
import { Job } from "./kinds";
import { workload } from "./workload";

/** Runs by the agent's clock. */
export const job: DriverOf<"job"> = (site, spec) => {
    const { schedule, timeZone, once, timeout, retries, concurrency, log } = spec;
    const made = site.make(
        "job",
        Job,
        {
            name: site.name,
            run: { ...workload(spec), log: log.id },
            schedule,
            timeZone,
            once,
            timeoutSeconds: timeout,
            retries,
            concurrency,
        },
        { main: true },
    );
    return {
        id: made.name,
        lastRun: pulumi.output(made.lastRun),
        gauges: gauges({ failures: "job_failures_total" }, { job: site.name }),
    };
};
