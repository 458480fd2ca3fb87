import type { ContainerInputs, ImageRef } from "../../agent/container/inputs";

/** A container that runs `index.js` of `image` behind one port, as far as `more` does not say otherwise. */
export function containerInputs(name: string, image: ImageRef, more: Partial<ContainerInputs> = {}): ContainerInputs {
    return {
        name,
        image,
        command: ["node", "index.js"],
        env: {},
        secretEnv: {},
        secretFiles: {},
        replicas: { min: 1, max: 1 },
        ports: [{ name: "http", port: 3000, protocol: "http" }],
        health: {},
        rollout: { strategy: "rolling", timeoutSeconds: 10, maxSurge: 1 },
        stopGraceSeconds: 5,
        cpu: 1,
        memory: 512,
        sidecars: [],
        permits: [],
        log: name,
        ...more,
    };
}
