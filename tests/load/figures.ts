// What came of a load, for the page of the proof.
import { expect } from "chai";
import { type Aim, type Evidence, proved, proving } from "../support/proof";
import { failuresOf, offered } from "./loads";
import { type Report } from "./report";

/** Hands it in, says it, and holds it: no request may have failed, and so many a second must have been answered. */
export function proveLoad(
    what: string,
    times: number,
    rate: number,
    report: Report,
    more: Evidence["figures"] = {},
): void {
    const { requests, answered, seconds, failures, p50, p99, most, worst, slowestAt } = report;
    const perSecond = Math.floor(answered / seconds);
    const kinds = Object.entries(failuresOf(report)).map(([failure, count]) => `${count} times: ${failure}`);
    const figures = {
        requests: `${requests}, ${offered(rate)} a second`,
        "answered a second, over the whole": { got: perSecond, wanted: `at least ${rate}`, met: perSecond >= rate },
        "answered in the worst second": `${worst.answered}, ${worst.second} s after the start`,
        "requests that failed": { got: failures.length, wanted: 0, met: failures.length === 0 },
        ...(kinds.length > 0 && { failures: kinds.join("; ") }),
        p50: `${p50} ms`,
        p99: `${p99} ms`,
        slowest: `${most} ms, ${slowestAt} s after the start`,
        ...more,
    };
    console.log(`      ${what}, ${times} times: ${JSON.stringify(figures)}`);
    proved({ part: "load", what, times, figures });
    expect(failuresOf(report)).to.deep.equal({});
    expect(answered, "each request has its answer").to.equal(requests);
    // Beside other tests, a load of some seconds may end with one in which the machine does something else.
    expect(perSecond, "answered a second").to.be.at.least(proving ? rate : rate * 0.9);
}

/** So many, or more. */
export const atLeast = (wanted: number, got: number): Aim => ({
    got,
    wanted: `at least ${wanted}`,
    met: got >= wanted,
});

/** This, and nothing else. */
export const same = (got: string, wanted: string): Aim => ({ got, wanted, met: got === wanted });
