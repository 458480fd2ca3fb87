import * as pulumi from "@pulumi/pulumi";

/**
 * Gathered collects what later parts of a program add to an earlier one: a load balancer is declared after the container
 * that it forwards to, yet ECS has to know it when the service is made. The list is complete when the program has run to its
 * end; so a program must not itself wait for what is made of it before its end.
 */
export class Gathered<T> {
    private readonly added: T[] = [];
    readonly all: Promise<readonly T[]>;

    constructor() {
        this.all = declared().then(() => [...this.added]);
    }

    add(one: T): void {
        this.added.push(one);
    }
}

/** Settles when the stack's program has run to its end, or has failed: nothing is declared after it. */
function declared(): Promise<void> {
    const stack = pulumi.runtime.getStackResource();
    const ended = () => undefined;
    // A component's data is what its `initialize` answers: for the stack, that is the program.
    return stack ? stack["getData"]().then(ended, ended) : Promise.resolve();
}
