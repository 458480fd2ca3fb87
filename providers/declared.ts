import * as pulumi from "@pulumi/pulumi";

/**
 * Gathered collects what later parts of a program add to an earlier one: a load balancer is declared after the container
 * that it forwards to, yet the cloud has to know it when the service is made. The list is complete when the program has run to its
 * end; so a program must not itself wait for what is made of it before its end.
 */
export class Gathered<T> {
    private readonly added: T[] = [];
    private closed = false;
    readonly all: Promise<readonly T[]>;

    /** @param patience - milliseconds, see `declared` */
    constructor(private readonly patience = 20_000) {
        this.all = declared(patience).then(() => {
            this.closed = true;
            return [...this.added];
        });
    }

    /** @throws when the list is complete already */
    add(one: T): void {
        if (this.closed) {
            throw new pulumi.RunError(
                `a component was declared when nothing had been for ${this.patience / 1000} seconds, and others that wait for it ` +
                    "were made without it: declare it first, and wait for other things afterwards",
            );
        }
        this.added.push(one);
        void declared(this.patience);
    }
}

interface End {
    readonly come: Promise<void>;
    over: boolean;
    timer: NodeJS.Timeout | undefined;
    readonly now: () => void;
}

const ends = new WeakMap<object, End>();

/**
 * Settles when the stack's program has run to its end, or has failed: nothing is declared after it. The engine counts the
 * stack's outputs to its program; when one of them waits for us in its turn, neither would ever end: so the program is taken
 * for ended, too, when nothing of ours was declared for `patience`.
 */
function declared(patience: number): Promise<void> {
    const stack = pulumi.runtime.getStackResource();
    if (!stack) return Promise.resolve();
    const end = ends.get(stack) ?? endOf(stack);
    ends.set(stack, end);
    clearTimeout(end.timer);
    if (!end.over) end.timer = setTimeout(end.now, patience);
    return end.come;
}

function endOf(stack: pulumi.ComponentResource): End {
    let now!: () => void;
    const come = new Promise<void>((resolve) => (now = resolve));
    const end: End = { come, over: false, timer: undefined, now };
    const ended = () => {
        end.over = true;
        clearTimeout(end.timer);
        now();
    };
    // A component's data is what its `initialize` answers: for the stack, that is the program, with its outputs.
    stack["getData"]().then(ended, ended);
    return end;
}
