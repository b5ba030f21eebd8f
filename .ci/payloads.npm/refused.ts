// Slack refuses these blocks. If the compiler accepts one, it checks nothing and reports an unused
// directive.
import type { KnownBlock } from "@slack/types";

const text = { type: "mrkdwn", text: "x" } as const;
// @ts-expect-error A header is plain text.
export const header = [{ type: "header", text }] satisfies KnownBlock[];
// @ts-expect-error There is no such block.
export const block = [{ type: "paragraph", text: "x" }] satisfies KnownBlock[];
// @ts-expect-error There is no such key.
export const key = [{ type: "divider", color: "red" }] satisfies KnownBlock[];
