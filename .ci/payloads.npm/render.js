// Renders every card with Microsoft's own renderer. An element, a value or a URL that it does not
// know is a failure, and so is a text that it does not show.
//
// node render.js FOLDER

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { JSDOM } = require("jsdom");

const { window } = new JSDOM("<!DOCTYPE html><body></body>");
// The renderer was written for browsers and takes their classes from the global scope.
globalThis.window = window;
globalThis.document = window.document;
for (const name of Object.getOwnPropertyNames(window)) {
    if (/^(HTML.*|Node|Element|KeyboardEvent|Event)$/.test(name) && !(name in globalThis)) {
        globalThis[name] = window[name];
    }
}
// jsdom has no layout and therefore no `innerText`.
Object.defineProperty(window.HTMLElement.prototype, "innerText", {
    get() {
        return this.textContent;
    },
    set(text) {
        this.textContent = text;
    },
});
// The entry for ES modules does not load in Node.
const cards = require("adaptivecards/dist/adaptivecards.js");

function texts(element, found = []) {
    if (Array.isArray(element)) {
        element.forEach((inner) => texts(inner, found));
    } else if (element !== null && typeof element === "object") {
        if (typeof element.text === "string") {
            found.push(element.text);
        }
        Object.values(element).forEach((inner) => texts(inner, found));
    }
    return found;
}

function faults(source) {
    const card = new cards.AdaptiveCard();
    const context = new cards.SerializationContext(cards.Versions.v1_5);
    const found = [];
    card.parse(source, context);
    for (let at = 0; at < context.eventCount; at += 1) {
        found.push(context.getEventAt(at).message);
    }
    for (const failure of card.validateProperties().validationEvents) {
        found.push(failure.message);
    }
    const rendered = card.render();
    const shown = rendered ? rendered.textContent.replace(/\s+/g, " ") : "";
    for (const text of texts(source)) {
        if (!shown.includes(text.replace(/\s+/g, " ").trim())) {
            found.push(`expected to see: ${text}`);
        }
    }
    return found;
}

const broken = { type: "AdaptiveCard", version: "1.5", body: [{ type: "Text", text: "x" }] };
if (faults(broken).length === 0) {
    throw new Error("the renderer accepts an unknown element, so that it checks nothing");
}

const folder = process.argv[2];
const files = fs.readdirSync(folder).filter((name) => name.endsWith(".card.json"));
for (const file of files) {
    const found = faults(JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")));
    if (found.length > 0) {
        throw new Error(`${file}: ${found.join("; ")}`);
    }
}
if (files.length < 40) {
    throw new Error(`expected at least 40 cards, but got ${files.length}`);
}
console.log(`rendered ${files.length} Teams cards`);
