import type { Cloud } from "../../components/cloud";

const plain = "its files are not encrypted, but readable by their owner only";
const oneMachine = "there is one machine";
const wholeBackups = "its daily backups are restored as a whole";
const engine = "it needs a container engine, which this cloud does not use";

/** What one machine cannot honour, by service and argument, with the reason. */
export const lacks: Cloud["lacks"] = {
    vm: {
        disk: "its disk is a folder on this machine's own",
        "userData^=#cloud-config": "there is no cloud-init: give a script, which begins with #!",
        image: "a machine is a group of processes on this machine's system",
    },
    key: { deletionWindow: "what is destroyed here leaves nothing behind" },
    network: {
        range: "the network is the loopback",
        zones: oneMachine,
        egress: "what runs here reaches what this machine reaches",
        flowLogs: "the network is the loopback",
        existing: "the network is the loopback",
    },
    image: { reference: engine, platforms: "what runs here runs on this machine's processor" },
    container: {
        "scale.min=0": "one is always kept running",
        on: "what runs here runs beside its machines, not on them",
        exec: "a shell on this machine reaches every process of yours",
    },
    loadBalancer: {
        certificate: "certificates come from the local authority",
        waf: "it needs a cloud's managed rules",
    },
    database: {
        size: "it has what the machine has",
        highAvailability: oneMachine,
        maintenance: "nothing here is updated by itself",
        key: plain,
        "backups.pointInTime=true": { when: { engine: "mysql" }, because: wholeBackups },
        "restore.time": { when: { engine: "mysql" }, because: wholeBackups },
    },
    kv: { key: "it is encrypted by the agent's own key" },
    blob: { key: plain },
};
