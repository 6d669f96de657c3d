// What a tab knows of a flow, and the way of its changes to the server and back.
//
// The document lives here; the server orders the changes of all tabs. What it has not confirmed is
// kept in the browser's storage, so neither a closed tab nor a lost connection loses it.

import * as documents from "./flow_document.js";

const RESEND_AFTER = 4000;
const TYPING_PAUSE = 400;
const MERGE_WITHIN = 1500;
const MOST_UNDO = 50;

export class Store {
  constructor(flowId, rules) {
    this.flowId = flowId;
    this.rules = rules;
    this.document = documents.read({});
    this.rev = -1;
    this.pending = [];
    this.unsent = new Map();
    this.undoable = [];
    this.redoable = [];
    this.listeners = new Set();
    this.send = null;
    this.reload = null;
    this.timer = null;
    this.saved = "saved";
    this.kept = this.load();
  }

  key() {
    return "xobito.flow." + this.flowId;
  }

  load() {
    try {
      return JSON.parse(localStorage.getItem(this.key())) || [];
    } catch {
      return [];
    }
  }

  keep() {
    const left = [...this.pending];
    if (this.unsent.size) left.push({ id: documents.newId("c"), ops: [...this.unsent.values()] });
    try {
      if (left.length) localStorage.setItem(this.key(), JSON.stringify(left));
      else localStorage.removeItem(this.key());
    } catch {
      // Without storage the tab itself still holds everything.
    }
  }

  tell() {
    this.saved = this.pending.length || this.unsent.size ? "saving" : "saved";
    for (const listener of this.listeners) listener();
  }

  /** Take the server's document; what this browser has not had confirmed goes on top of it. */
  open(graph, rev) {
    this.document = documents.read(graph);
    this.rev = rev;
    const again = [...this.kept, ...this.pending].filter(
      (one, at, all) => all.findIndex((other) => other.id === one.id) === at
    );
    this.kept = [];
    this.pending = again;
    for (const one of again) documents.apply(this.document, one.ops);
    documents.apply(this.document, [...this.unsent.values()]);
    for (const one of again) this.post(one);
    this.keep();
    this.tell();
  }

  /** Change the document: `change` is given a copy. One gesture is one step to undo. */
  commit(change, { typing = "" } = {}) {
    const before = this.document;
    const after = documents.prune(this.rules, before, change(documents.copy(before)));
    const operations = documents.diff(before, after);
    if (!operations.length) return;
    const back = documents.diff(after, before);
    const last = this.undoable[this.undoable.length - 1];
    const now = Date.now();
    if (typing && last && last.typing === typing && now - last.at < MERGE_WITHIN) {
      last.at = now;
      last.forth = documents.diff(last.base, after);
      last.back = documents.diff(after, last.base);
    } else {
      this.undoable.push({ back, forth: operations, typing, at: now, base: before });
      if (this.undoable.length > MOST_UNDO) this.undoable.shift();
    }
    this.redoable = [];
    this.document = after;
    this.queue(operations, typing ? TYPING_PAUSE : 0);
  }

  step(from, to, way) {
    const entry = this[from].pop();
    if (!entry) return false;
    this[to].push(entry);
    this.document = documents.apply(documents.copy(this.document), entry[way]);
    this.queue(entry[way], 0);
    return true;
  }

  undo() {
    return this.step("undoable", "redoable", "back");
  }

  redo() {
    return this.step("redoable", "undoable", "forth");
  }

  queue(operations, pause) {
    for (const operation of operations) {
      const key = documents.keyOf(operation);
      const known = this.unsent.get(key);
      this.unsent.delete(key);
      const value =
        operation.op === "set" && known ? { ...known.value, ...operation.value } : operation.value;
      this.unsent.set(key, value === undefined ? operation : { ...operation, value });
    }
    this.keep();
    clearTimeout(this.timer);
    if (pause) this.timer = setTimeout(() => this.flush(), pause);
    else this.flush();
    this.tell();
  }

  flush() {
    clearTimeout(this.timer);
    if (!this.unsent.size) return;
    const change = { id: documents.newId("c"), ops: [...this.unsent.values()] };
    this.unsent = new Map();
    this.pending.push(change);
    this.keep();
    this.post(change);
    this.tell();
  }

  post(change) {
    change.at = Date.now();
    if (this.send) this.send({ id: change.id, flow: this.flowId, ops: change.ops });
  }

  /** Send again what was not confirmed for a while. */
  nudge() {
    for (const change of this.pending) {
      if (Date.now() - (change.at || 0) > RESEND_AFTER) this.post(change);
    }
  }

  /** Follow the server: mine are confirmed, others' are applied where I hold nothing newer. */
  follow(feed, refused) {
    let isChanged = false;
    for (const one of refused || []) {
      if (this.pending.some((change) => change.id === one)) {
        this.pending = this.pending.filter((change) => change.id !== one);
        this.keep();
        if (this.reload) this.reload();
      }
    }
    for (const change of feed) {
      const mine = this.pending.find((one) => one.id === change.id);
      if (mine) {
        this.pending = this.pending.filter((one) => one !== mine);
        isChanged = true;
      }
      if (change.rev <= this.rev) continue;
      if (change.rev > this.rev + 1) {
        if (this.reload) this.reload();
        return;
      }
      this.rev = change.rev;
      const held = new Set(this.unsent.keys());
      for (const one of this.pending) for (const op of one.ops) held.add(documents.keyOf(op));
      const own = new Set(mine ? mine.ops.map((op) => JSON.stringify(op)) : []);
      const news = change.operations.filter((op) => !own.has(JSON.stringify(op)));
      if (news.length) {
        this.document = documents.apply(documents.copy(this.document), news, held);
        isChanged = true;
      }
    }
    if (isChanged) {
      this.keep();
      this.tell();
    }
  }
}
