import type { JobSpec } from "../../components/job";

/**
 * The steps of a start, as Workflows takes them: it looks which runs have no end, leaves its own out or ends them, and starts.
 * How a run ends is the job's own affair: its retries, its timeout, and what is counted of it.
 *
 * @param job - `projects/…/locations/…/jobs/…`
 */
export function jobSteps(job: string, concurrency: JobSpec["concurrency"]): string {
    const api = "https://run.googleapis.com/v2/";
    const call = (method: "get" | "post", url: string) => ({
        call: `http.${method}`,
        args: { url, auth: { type: "OAuth2" }, timeout: 60 },
    });
    const retried = (step: object) => ({ try: step, retry: "${http.default_retry}" });
    const going = {
        for: {
            value: "run",
            in: '${default(map.get(runs.body, "executions"), [])}',
            steps: [
                {
                    count: {
                        switch: [
                            {
                                condition: '${default(map.get(run, "completionTime"), "") == ""}',
                                steps: concurrency === "replace" ? [{ stop: cancel(call) }] : [{ found: noted }],
                            },
                        ],
                    },
                },
            ],
        },
    };
    return JSON.stringify({
        main: {
            steps: [
                { begin: { assign: [{ busy: false }] } },
                { look: { ...retried({ ...call("get", `${api}${job}/executions?pageSize=100`), result: "runs" }) } },
                { each: going },
                ...(concurrency === "forbid"
                    ? [{ leave: { switch: [{ condition: "${busy}", return: "left out: a run is going on" }] } }]
                    : []),
                { start: { ...retried({ ...call("post", `${api}${job}:run`), result: "started" }) } },
                { done: { return: "${started.body.metadata.name}" } },
            ],
        },
    });
}

const noted = { assign: [{ busy: true }] };

function cancel(call: (method: "get" | "post", url: string) => object): object {
    return {
        try: call("post", '${"https://run.googleapis.com/v2/" + run.name + ":cancel"}'),
        retry: "${http.default_retry}",
    };
}
