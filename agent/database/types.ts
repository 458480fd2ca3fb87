import { type Host } from "../kind";
import { type Account } from "../process/account";
import { type Credentials } from "./credentials";
import { type Backup, type Generation, type Target } from "./backups";

/** DatabaseInputs describes one database server with one database in it. */
export interface DatabaseInputs {
    /** Names the database and its roles: `-` becomes `_`. */
    readonly name: string;
    readonly engine: EngineName;
    /**
     * Major version, such as `18`. Of MySQL and Redis the server that is installed is used, whatever its version, and it is
     * said when that is another. @default what is there: PostgreSQL 18 from the package, or the server installed
     */
    readonly version?: string;
    /** GiB. At 100 % a PostgreSQL database takes no more writes until space is made; others only report the use. */
    readonly storageGiB: number;
    readonly backup: BackupInputs;
    /** Where the first contents come from: a database, or one backup, as `[<database>/]<backup's id>`. Read when the database is made, and never again. */
    readonly restore?: { readonly from: string; readonly time?: string };
    /** The engine's own settings, in its own words. */
    readonly parameters: Readonly<Record<string, string>>;
    /** Whether `remove` may remove a database that has data in it. */
    readonly forceDestroy: boolean;
}

export interface BackupInputs {
    /** Days that backups are kept. 0: no backups. */
    readonly retentionDays: number;
    /** `HH:MM` in UTC: the daily backup begins then, or when the machine is next awake. */
    readonly window: string;
    /** Whether each moment since the oldest backup can be restored. PostgreSQL only. */
    readonly pointInTime: boolean;
}

export type EngineName = "postgres" | "mysql" | "redis";

export interface DatabaseOutputs {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly username: string;
    readonly password: string;
    readonly readOnlyUsername: string;
    readonly readOnlyPassword: string;
    readonly url: string;
    readonly readOnlyUrl: string;
    /** As the server says, such as `18.4`. */
    readonly version: string;
}

/** Site is where one database lives, and with what. */
export interface Site {
    readonly id: string;
    readonly host: Host;
    /** The owner's only; holds `data` and what the server is told. */
    readonly folder: string;
    readonly data: string;
    /** Where this life of the database keeps its backups. */
    readonly generation: Generation;
    readonly port: number;
    /** Whom the server runs as; undefined: as ourselves. */
    readonly account?: Account;
    readonly inputs: DatabaseInputs;
    readonly credentials: Credentials;
    /** No more writes: the storage is used up. */
    readonly full: boolean;
    /** Made for one test: it archives nothing. */
    readonly scratch?: boolean;
}

/** Program is how a server is started. */
export interface Program {
    readonly command: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
}

/** Engine is what the three servers do differently. */
export interface Engine {
    readonly scheme: string;
    /** Asks its server to end in order. */
    readonly stopSignal: NodeJS.Signals;
    /** Where its server writes its pid, below the data. */
    readonly pidFile: string;
    /** The major version that will run. @throws {@link Refusal} when there is no such server on this machine. */
    major(site: { id: string; inputs: DatabaseInputs }): Promise<string>;
    /** The server that is used in place of the version that is asked for, such as `MariaDB 10.11`; unset if it is that. */
    instead?(site: { id: string; inputs: DatabaseInputs }): Promise<string | undefined>;
    /** Faults of the inputs that only the engine knows. @throws {@link Refusal} */
    validate(site: Site): Promise<void>;
    /** Makes `site.data`, empty of users' data. Nothing runs before and after. */
    init(site: Site): Promise<void>;
    /** Makes `site.data` from a backup. Nothing runs before and after. */
    restore(site: Site, source: Generation, backup: Backup, target: Target): Promise<string>;
    /** Writes what the server is told, and says how to start it. */
    program(site: Site): Promise<Program>;
    /** Rejects until it serves. */
    ready(site: Site): Promise<void>;
    /** Makes what runs follow `site.inputs`, without a restart; returns the parameters that wait for one. */
    reload(site: Site, removed: readonly string[]): Promise<readonly string[]>;
    version(site: Site): Promise<string>;
    /** Whether nothing of a user is in it. */
    empty(site: Site): Promise<boolean>;
    gauges(site: Site): Promise<Readonly<Record<string, number>> & { readonly size_bytes: number }>;
    /** Copies the running database into `into`; returns what the restore needs to know. */
    backup(site: Site, into: string): Promise<Readonly<Record<string, string>>>;
    /** Makes all that is committed restorable. */
    flush(site: Site): Promise<void>;
    /** Runs after backups were removed: `kept` are left. */
    prune(generation: Generation, kept: readonly Backup[]): Promise<void>;
}
