// What came of a load, for the page of the proof.
import { proved } from "../support/proof";
import { failuresOf } from "./loads";
import { type Report } from "./load";

/** Hands it in, and says it: no request may have failed, and as many were asked as were meant. */
export function proveLoad(what: string, times: number, rate: number, report: Report): void {
    const { requests, seconds, failures, p50, p99, most } = report;
    const perSecond = Math.round(requests / seconds);
    const kinds = Object.entries(failuresOf(report)).map(([failure, count]) => `${count} times: ${failure}`);
    const figures = {
        requests,
        "requests a second": { got: perSecond, wanted: `${rate}, or a tenth less`, met: perSecond > rate * 0.9 },
        "requests that failed": { got: failures.length, wanted: 0, met: failures.length === 0 },
        ...(kinds.length > 0 && { failures: kinds.join("; ") }),
        p50: `${p50} ms`,
        p99: `${p99} ms`,
        slowest: `${most} ms`,
    };
    console.log(`      ${what}, ${times} times: ${JSON.stringify(figures)}`);
    proved({ part: "load", what, times, figures });
}
