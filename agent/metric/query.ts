/** Queries: brings many steps of many series into the few that were asked for. */

import { Refusal } from "../kind";
import { coarse, fine, type Series } from "./series";
import { Step } from "./step";
import { type MetricQuery, type Point } from "./types";

export function runQuery(all: readonly Series[], query: MetricQuery): Point[] {
    const { name, dimensions = {}, from, to, step: seconds, statistic } = query;
    const refuse = (why: string): never => {
        throw new Refusal(`metric ${name}: ${why}`);
    };
    const length = seconds * 1000;
    if (!(seconds >= fine.seconds) || seconds % fine.seconds !== 0) {
        refuse(`expected a step of 10 s or a multiple of it, but got ${seconds}`);
    }
    if (!((to - from) / length <= MOST_POINTS)) {
        refuse(`asked for ${(to - from) / length} points; there are ${MOST_POINTS} at most: choose a longer step`);
    }
    const wanted = Object.entries(dimensions);
    const matching = all.filter(
        ({ info }) => info.name === name && wanted.every(([key, value]) => info.dimensions[key] === value),
    );
    const other = matching.find(({ info }) => info.kind !== "distribution");
    if (statistic.startsWith("p") && other) {
        refuse(`${statistic} is for distributions, and this is a ${other.info.kind}: choose avg, max or sum`);
    }

    const first = Math.floor(from / length) * length;
    const steps = Array.from({ length: Math.max(0, Math.ceil((to - first) / length)) }, () => new Step());
    const tier = seconds % coarse.seconds === 0 ? coarse : fine;
    for (const series of matching) {
        for (const [start, step] of series.steps(tier, from, to)) {
            steps[Math.floor((start * 1000 - first) / length)].merge(step);
        }
    }
    return steps.map((step, index) => ({ time: first + index * length, value: step.value(statistic, seconds) }));
}

const MOST_POINTS = 50_000;
