// The document of a flow in the browser: pure functions on it, nothing of the screen.
//
// A document is {nodes: Map, edges: Map, flow: {start, triggers, variables}}. A change of it is a
// list of operations: put and del of a node or an edge, set of the flow.

export function read(graph) {
  return {
    nodes: new Map((graph.nodes || []).map((node) => [node.id, node])),
    edges: new Map((graph.edges || []).map((edge) => [edge.id, edge])),
    flow: {
      start: graph.start || "",
      triggers: graph.triggers || [],
      variables: graph.variables || [],
    },
  };
}

export function write(document) {
  return {
    format: 1,
    ...document.flow,
    nodes: [...document.nodes.values()],
    edges: [...document.edges.values()],
  };
}

export function copy(document) {
  return {
    nodes: new Map(document.nodes),
    edges: new Map(document.edges),
    flow: document.flow,
  };
}

export function newId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return prefix + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);

/** Return the operations that make `after` of `before`. */
export function diff(before, after) {
  const operations = [];
  for (const [kind, parts] of [
    ["node", "nodes"],
    ["edge", "edges"],
  ]) {
    for (const id of before[parts].keys()) {
      if (!after[parts].has(id)) operations.push({ op: "del", kind, id });
    }
    for (const [id, value] of after[parts]) {
      const known = before[parts].get(id);
      if (known !== value && !same(known, value)) operations.push({ op: "put", kind, value });
    }
  }
  const changed = Object.keys(after.flow).filter(
    (name) => !same(before.flow[name], after.flow[name])
  );
  if (changed.length) {
    const value = Object.fromEntries(changed.map((name) => [name, after.flow[name]]));
    operations.push({ op: "set", kind: "flow", value });
  }
  return operations;
}

export function keyOf(operation) {
  if (operation.op === "set") return "flow";
  return operation.kind + ":" + (operation.op === "del" ? operation.id : operation.value.id);
}

/** Apply operations to a document that may be changed, but for those whose key is to be skipped. */
export function apply(document, operations, skipped = new Set()) {
  for (const operation of operations) {
    if (skipped.has(keyOf(operation))) continue;
    if (operation.op === "set") {
      document.flow = { ...document.flow, ...operation.value };
      continue;
    }
    const parts = operation.kind === "node" ? document.nodes : document.edges;
    if (operation.op === "put") parts.set(operation.value.id, operation.value);
    else parts.delete(operation.id);
  }
  return document;
}

/** Return the rows of a node that are ways out: buttons, rows of sections, rules, arms, choices. */
export function rowsOf(rule, fields) {
  if (!rule || !rule.rows) return [];
  if (rule.when && fields[rule.when[0]] !== rule.when[1]) return [];
  let found = [fields];
  for (const step of rule.rows.split(".")) found = found.flatMap((part) => part[step] || []);
  return found;
}

/** Return the ids of the ways out of a node, as the engine has them. */
export function portsOf(rules, node) {
  const rule = rules[node.kind];
  if (!rule) return [];
  const rows = rowsOf(rule, node.data).map((row) => row.id);
  const fixed = rows.length || !rule.otherwise ? rule.fixed : rule.otherwise.concat(rule.fixed);
  return rows.concat(fixed);
}

/** Delete the edges of ways out that are gone, and those of nodes that are. */
export function prune(rules, before, after) {
  for (const [id, edge] of after.edges) {
    const node = after.nodes.get(edge.from);
    const was = before.nodes.get(edge.from);
    const isGone = before.nodes.has(edge.from) && !node;
    const lost = node && was && was !== node && portsOf(rules, was).includes(edge.port);
    const isLost = lost && !portsOf(rules, node).includes(edge.port);
    const target = before.nodes.has(edge.to) && !after.nodes.has(edge.to);
    if (isGone || isLost || target) after.edges.delete(id);
  }
  if (after.flow.start && before.nodes.has(after.flow.start) && !after.nodes.has(after.flow.start)) {
    after.flow = { ...after.flow, start: "" };
  }
  return after;
}

export function connect(document, from, port, to) {
  for (const [id, edge] of document.edges) {
    if (edge.from === from && edge.port === port) document.edges.delete(id);
  }
  if (to) {
    const id = newId("e");
    document.edges.set(id, { id, from, port, to });
  }
  return document;
}

export function setPath(value, path, given) {
  const [step, ...rest] = path;
  if (step === undefined) return given;
  const parent = Array.isArray(value) ? [...value] : { ...(value || {}) };
  const inner = setPath(parent[step], rest, given);
  if (inner === undefined && !Array.isArray(parent)) delete parent[step];
  else parent[step] = inner;
  return parent;
}

export function getPath(value, path) {
  return path.reduce((part, step) => (part == null ? undefined : part[step]), value);
}
