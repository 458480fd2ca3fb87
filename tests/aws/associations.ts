import { randomUUID } from "node:crypto";
import type { Answered, Mend } from "./gateway";

type Asked = Record<string, unknown> & {
    AssociationId: string;
    ResourceId: string;
    Tags?: { Key: string; Value: string }[];
    TagKeys?: string[];
};
interface Kept {
    description: Record<string, unknown>;
    tags: Map<string, string>;
}

/** Associations of Systems Manager, each of which has been carried out with success. `left` says which are there. */
export function associations(): { mend: Mend; left(): string[] } {
    const all = new Map<string, Kept>();
    const answer = (action: string, asked: Asked): Answered => {
        const found = all.get(asked.AssociationId ?? asked.ResourceId);
        if (action === "CreateAssociation") {
            const AssociationId = randomUUID();
            const description = { ...asked, AssociationId, AssociationVersion: "1", Overview: { Status: "Success" } };
            all.set(AssociationId, { description, tags: tagsOf(asked) });
            return json({ AssociationDescription: description });
        }
        if (!found) return json({ __type: "AssociationDoesNotExist", message: "There is no such association" }, 400);
        if (action === "UpdateAssociation") Object.assign(found.description, asked);
        if (action === "DeleteAssociation") all.delete(asked.AssociationId);
        for (const [key, value] of tagsOf(asked)) found.tags.set(key, value);
        for (const key of asked.TagKeys ?? []) found.tags.delete(key);
        const TagList = [...found.tags].map(([Key, Value]) => ({ Key, Value }));
        return json(action.endsWith("Association") ? { AssociationDescription: found.description } : { TagList });
    };
    return {
        mend: ({ action, body }) => {
            const asked = JSON.parse(body.toString()) as Asked;
            if (!action.endsWith("Association") && asked.ResourceType !== "Association") return undefined;
            return Promise.resolve(answer(action, asked));
        },
        left: () => [...all.keys()].map((id) => `association: ${id}`),
    };
}

function tagsOf({ Tags = [] }: Asked): Map<string, string> {
    return new Map(Tags.map(({ Key, Value }) => [Key, Value]));
}

function json(body: object, status = 200): Answered {
    return { status, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) };
}
