import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

/** The components, in the order in which a reader meets them. */
const order = [
    "app-args",
    "container",
    "job",
    "image",
    "load-balancer",
    "database",
    "blob",
    "kv",
    "secret",
    "key",
    "log",
    "metric",
    "vm",
    "network",
    "workload",
    "health",
    "ports",
    "scale",
];

/** A reference of every argument, from the interfaces and their comments. */
export function reference(folder: string): string {
    const files = order.map((name) => path.join(folder, `${name}.ts`));
    const parts = [
        "# Components",
        "",
        "Every argument, its meaning and its default, and every output, a Pulumi `Output` of its type. Made from the source by `npm run docs`.",
        "",
    ];
    for (const file of files) {
        const source = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
        const classes = source.statements.filter(ts.isClassDeclaration);
        for (const each of classes) parts.push(`## ${each.name!.text}`, "", comment(each), "");
        const interfaces = source.statements.filter(ts.isInterfaceDeclaration);
        for (const each of interfaces) if (each.name.text.endsWith("Args")) parts.push(...table(each, source));
        for (const each of interfaces) if (each.name.text.endsWith("Parts")) parts.push(...outputs(each, source));
    }
    return `${parts.join("\n").trimEnd()}\n`;
}

function table(declaration: ts.InterfaceDeclaration, source: ts.SourceFile): string[] {
    const bases =
        declaration.heritageClauses?.flatMap(({ types }) => types.map((type) => type.expression.getText(source))) ?? [];
    const rows = declaration.members.filter(ts.isPropertySignature).map((member) => {
        const name = member.name.getText(source);
        const type = member.type?.getText(source).replace(/\s+/g, " ") ?? "";
        const fallback = tag(member, "default") ?? (member.questionToken ? "" : "required");
        return `| \`${name}\` | ${cell(`\`${type}\``)} | ${cell(comment(member))} | ${cell(fallback)} |`;
    });
    const also = bases.filter((base) => base !== "Common").map((base) => `\`${base}\``);
    return [
        `### ${declaration.name.text}`,
        "",
        comment(declaration),
        ...(also.length ? ["", `Also those of ${also.join(" and ")}.`] : []),
        "",
        "| argument | type | meaning | default |",
        "| --- | --- | --- | --- |",
        ...rows,
        "",
    ];
}

/** What a component has once it is made. */
function outputs(declaration: ts.InterfaceDeclaration, source: ts.SourceFile): string[] {
    const rows = declaration.members.filter(ts.isPropertySignature).map((member) => {
        const type = member.type?.getText(source).replace(/^pulumi\.Output<(.*)>$/, "$1") ?? "";
        return `| \`${member.name.getText(source)}\` | ${cell(`\`${type}\``)} | ${cell(comment(member))} |`;
    });
    if (!rows.length) return [];
    const of = declaration.name.text.replace(/Parts$/, "");
    return [`### Outputs of ${of}`, "", "| output | type | meaning |", "| --- | --- | --- |", ...rows, ""];
}

function comment(node: ts.Node): string {
    const doc = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc);
    return clean(ts.getTextOfJSDocComment(doc?.comment) ?? "");
}

function tag(node: ts.Node, name: string): string | undefined {
    const found = ts.getJSDocTags(node).find((one) => one.tagName.text === name);
    return found && clean(ts.getTextOfJSDocComment(found.comment) ?? "");
}

function clean(text: string): string {
    return text
        .replace(/\{@link ([\w.]+)\}/g, "`$1`")
        .replace(/\s+/g, " ")
        .trim();
}

/** A pipe would end the cell. */
function cell(text: string): string {
    return text.replaceAll("|", "\\|");
}
