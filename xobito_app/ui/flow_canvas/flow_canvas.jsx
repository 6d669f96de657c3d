// The canvas: React Flow around the document, the palette at its left, the panel at its right.

import { createElement, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import {
  applyEdgeChanges,
  applyNodeChanges,
  Background,
  Controls,
  Handle,
  MiniMap,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useUpdateNodeInternals,
} from "@xyflow/react";
import * as documents from "./flow_document.js";
import { FlowContext, NodeContext } from "./flow_fields.jsx";
import { Store } from "./flow_store.js";

export { Field, Pairs, Rows } from "./flow_fields.jsx";

const GRID = [16, 16];
const KIND = "application/x-xobito-kind";
const isWriting = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function titleOf(rules, node) {
  return node ? node.data.title || rules[node.kind]?.label || node.kind : "";
}

function portTitles(rules, node) {
  const rule = rules[node.kind] || { names: {} };
  const rows = new Map(documents.rowsOf(rule, node.data).map((row) => [row.id, row.title || "…"]));
  return documents.portsOf(rules, node).map((port) => [port, rows.get(port) || rule.names[port] || port]);
}

function Card({ id, data, selected }) {
  const { bodies, rules, overlay } = useContext(FlowContext);
  const update = useUpdateNodeInternals();
  const { node } = data;
  const ports = portTitles(rules, node);
  const marks = ports.map(([port]) => port).join();
  const first = useRef(true);
  useEffect(() => {
    // Measured once by itself; anew only when its ways out change.
    if (first.current) first.current = false;
    else update(id);
  }, [marks]);
  const told = overlay.nodes?.[id] || {};
  const fatal = told.problems?.some((one) => one.is_fatal);
  const tone = fatal ? " has-problem" : told.problems?.length ? " has-warning" : "";
  const body = bodies[node.kind];
  return (
    <div className={"flow-card" + (selected ? " is-selected" : "") + tone} data-kind={node.kind}>
      <Handle type="target" position={Position.Left} id="in" aria-label="Way in" />
      <div className="flow-card-head">
        <span className="flow-card-kind">{rules[node.kind]?.label}</span>
        <span className="flow-card-title">{node.data.title || ""}</span>
        {data.isStart ? <span className="badge badge-accent">Start</span> : null}
        {told.standing ? <span className="badge badge-info" title="Talks that wait here">{told.standing}</span> : null}
      </div>
      {body ? createElement(body, { fields: { ...rules[node.kind].defaults, ...node.data } }) : null}
      {told.problems?.length ? <p className="flow-card-problem">{told.problems[0].message}</p> : null}
      <div className="flow-ports">
        {ports.map(([port, title]) => (
          <div className="flow-port" key={port}>
            <span>{title}</span>
            {told.left?.[port] ? <span className="flow-port-count tabular">{told.left[port]}</span> : null}
            <Handle type="source" position={Position.Right} id={port} aria-label={"Way out: " + title} />
          </div>
        ))}
      </div>
    </div>
  );
}

function download(store) {
  const graph = JSON.stringify({ graph: documents.write(store.document) }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([graph], { type: "application/json" }));
  link.download = "flow.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

const NODE_TYPES = { card: Card };

function drawnNodes(before, store, overlay) {
  const known = new Map(before.map((node) => [node.id, node]));
  return [...store.document.nodes.values()].map((node) => {
    const was = known.get(node.id);
    const isStart = store.document.flow.start === node.id;
    if (was && was.data.node === node && was.data.isStart === isStart && was.data.told === overlay.nodes?.[node.id]) return was;
    const position = was?.dragging ? was.position : { x: node.x || 0, y: node.y || 0 };
    return {
      ...(was || {}),
      id: node.id,
      type: "card",
      position,
      ariaLabel: titleOf(store.rules, node),
      data: { node, isStart, told: overlay.nodes?.[node.id] },
    };
  });
}

function drawnEdges(before, store) {
  const known = new Map(before.map((edge) => [edge.id, edge]));
  const { nodes, edges } = store.document;
  return [...edges.values()]
    .filter((edge) => nodes.has(edge.from) && nodes.has(edge.to))
    .map((edge) => ({
      ...(known.get(edge.id) || {}),
      id: edge.id,
      source: edge.from,
      sourceHandle: edge.port,
      target: edge.to,
      targetHandle: "in",
      ariaLabel: "From " + titleOf(store.rules, nodes.get(edge.from)) + " to " + titleOf(store.rules, nodes.get(edge.to)),
    }));
}

function Inner({ store, graph, rev, feed, refused, epoch, overlay, rules, bodies, panels, palette, choices, canEdit, focus, onOps, onReload, onSelect }) {
  const flow = useReactFlow();
  const [nodes, setNodes] = useState([]);
  const [edges, setEdges] = useState([]);
  const [, setTick] = useState(0);
  const [search, setSearch] = useState("");
  const root = useRef(null);
  const redraw = useCallback(() => {
    setNodes((before) => drawnNodes(before, store, overlay));
    setEdges((before) => drawnEdges(before, store));
    setTick((tick) => tick + 1);
  }, [store, overlay]);

  store.send = (change) => onOps(change.flow, change.id, change.ops);
  store.reload = onReload;
  useEffect(() => {
    store.open(graph, rev);
    requestAnimationFrame(() => flow.fitView({ padding: 0.2, maxZoom: 1 }));
  }, [store, epoch]);
  useEffect(() => store.follow(feed, refused), [store, feed, refused]);
  useEffect(() => {
    store.listeners.add(redraw);
    redraw();
    return () => store.listeners.delete(redraw);
  }, [store, redraw]);
  useEffect(() => {
    const timer = setInterval(() => store.nudge(), 1000);
    const leave = () => store.flush();
    window.addEventListener("pagehide", leave);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      store.flush();
    };
  }, [store]);

  const chosen = nodes.filter((node) => node.selected).map((node) => node.id);
  const select = useCallback((ids, move = true) => {
    setNodes((before) => before.map((node) => (node.selected === ids.includes(node.id) ? node : { ...node, selected: ids.includes(node.id) })));
    if (move && ids.length) flow.fitView({ nodes: ids.map((id) => ({ id })), maxZoom: 1, duration: 200 });
  }, [flow]);
  useEffect(() => {
    if (focus?.node) select([focus.node]);
  }, [focus?.at]);

  const add = useCallback((kind, position) => {
    const id = documents.newId("n");
    const from = chosen.length === 1 ? store.document.nodes.get(chosen[0]) : null;
    const taken = new Set([...store.document.edges.values()].filter((edge) => edge.from === from?.id).map((edge) => edge.port));
    const port = from ? documents.portsOf(rules, from).find((one) => !taken.has(one)) : "";
    const size = root.current.getBoundingClientRect();
    const at = position || (from ? { x: (from.x || 0) + 320, y: from.y || 0 } : flow.screenToFlowPosition({ x: size.left + size.width / 2, y: size.top + size.height / 3 }));
    store.commit((document) => {
      const near = (spot) => [...document.nodes.values()].some((other) => Math.abs((other.x || 0) - spot.x) < 272 && Math.abs((other.y || 0) - spot.y) < 160);
      if (!position) while (near(at)) at.y += 32;
      const snapped = { x: Math.round(at.x / GRID[0]) * GRID[0], y: Math.round(at.y / GRID[1]) * GRID[1] };
      document.nodes.set(id, { id, kind, ...snapped, data: structuredClone(rules[kind].fresh || {}) });
      if (!document.flow.start) document.flow = { ...document.flow, start: id };
      if (port && !position) documents.connect(document, from.id, port, id);
      return document;
    });
    requestAnimationFrame(() => select([id], !position));
  }, [store, rules, chosen.join(), flow, select]);

  const remove = useCallback((nodeIds, edgeIds) => {
    store.commit((document) => {
      for (const id of nodeIds) document.nodes.delete(id);
      for (const id of edgeIds) document.edges.delete(id);
      return document;
    });
    // What had the focus may be gone, and the keys still mean the canvas.
    requestAnimationFrame(() => root.current?.focus());
  }, [store]);

  const onNodesChange = useCallback((changes) => {
    setNodes((before) => applyNodeChanges(changes.filter((change) => change.type !== "remove"), before));
    // Arrow keys never end a drag: what moved and is at rest is what counts.
    const moved = changes.filter((change) => change.type === "position" && change.dragging === false && change.position);
    if (moved.length && canEdit) {
      store.commit((document) => {
        for (const { id, position } of moved) {
          const node = document.nodes.get(id);
          if (node) document.nodes.set(id, { ...node, x: position.x, y: position.y });
        }
        return document;
      });
    }
  }, [store, canEdit]);
  const onEdgesChange = useCallback((changes) => setEdges((before) => applyEdgeChanges(changes.filter((change) => change.type !== "remove"), before)), []);
  const link = useCallback(({ source, sourceHandle, target }) => store.commit((document) => documents.connect(document, source, sourceHandle, target)), [store]);
  const relink = useCallback((old, now) => store.commit((document) => {
    document.edges.delete(old.id);
    return documents.connect(document, now.source, now.sourceHandle, now.target);
  }), [store]);

  const layout = useCallback(async () => {
    const dagre = (await import("@dagrejs/dagre")).default;
    const graphed = new dagre.graphlib.Graph().setGraph({ rankdir: "LR", nodesep: 48, ranksep: 96 }).setDefaultEdgeLabel(() => ({}));
    for (const node of nodes) graphed.setNode(node.id, { width: node.measured?.width || 256, height: node.measured?.height || 120 });
    for (const edge of edges) graphed.setEdge(edge.source, edge.target);
    dagre.layout(graphed);
    store.commit((document) => {
      for (const [id, node] of document.nodes) {
        const found = graphed.node(id);
        if (found) document.nodes.set(id, { ...node, x: Math.round((found.x - found.width / 2) / 16) * 16, y: Math.round((found.y - found.height / 2) / 16) * 16 });
      }
      return document;
    });
    requestAnimationFrame(() => flow.fitView({ padding: 0.2, duration: 200 }));
  }, [nodes, edges, store, flow]);

  useEffect(() => {
    const here = (event) => root.current?.contains(document.activeElement) && !isWriting(event.target);
    const copyOut = (event, cuts) => {
      if (!here(event) || !chosen.length) return;
      const held = chosen.map((id) => store.document.nodes.get(id)).filter(Boolean);
      const inner = [...store.document.edges.values()].filter((edge) => chosen.includes(edge.from) && chosen.includes(edge.to));
      event.clipboardData.setData("text/plain", JSON.stringify({ xobito: "flow", nodes: held, edges: inner }));
      event.preventDefault();
      if (cuts && canEdit) remove(chosen, []);
    };
    const onCopy = (event) => copyOut(event, false);
    const onCut = (event) => copyOut(event, true);
    const onPaste = (event) => {
      if (!here(event) || !canEdit) return;
      let given;
      try {
        given = JSON.parse(event.clipboardData.getData("text/plain"));
      } catch {
        return;
      }
      if (given?.xobito !== "flow" || !Array.isArray(given.nodes)) return;
      event.preventDefault();
      const names = new Map(given.nodes.map((node) => [node.id, documents.newId("n")]));
      store.commit((held) => {
        for (const node of given.nodes) {
          if (rules[node.kind]) held.nodes.set(names.get(node.id), { ...node, id: names.get(node.id), x: (node.x || 0) + 48, y: (node.y || 0) + 48 });
        }
        for (const edge of given.edges || []) {
          if (names.has(edge.from) && names.has(edge.to)) documents.connect(held, names.get(edge.from), edge.port, names.get(edge.to));
        }
        return held;
      });
      requestAnimationFrame(() => select([...names.values()], false));
    };
    const onKey = (event) => {
      if (!here(event)) return;
      const command = event.ctrlKey || event.metaKey;
      const pressed = event.key.toLowerCase();
      if (command && pressed === "z" && canEdit) event.shiftKey ? store.redo() : store.undo();
      else if (command && pressed === "y" && canEdit) store.redo();
      else if (command && pressed === "a") select(nodes.map((node) => node.id), false);
      else if (command && pressed === "f") root.current.querySelector(".flow-search")?.focus();
      else if ((pressed === "delete" || pressed === "backspace") && canEdit) remove(chosen, edges.filter((edge) => edge.selected).map((edge) => edge.id));
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const listened = [["copy", onCopy], ["cut", onCut], ["paste", onPaste], ["keydown", onKey]];
    for (const [name, listener] of listened) document.addEventListener(name, listener, true);
    return () => listened.forEach(([name, listener]) => document.removeEventListener(name, listener, true));
  }, [store, chosen.join(), nodes, edges, canEdit, rules, remove, select]);

  const found = search ? [...store.document.nodes.values()].find((node) => JSON.stringify(node.data).toLowerCase().includes(search.toLowerCase())) : null;
  const one = chosen.length === 1 ? store.document.nodes.get(chosen[0]) : null;
  const context = useMemo(() => ({ store, rules, bodies, overlay, choices, canEdit }), [store, rules, bodies, overlay, choices, canEdit, store.document]);
  useEffect(() => onSelect?.(one ? one.id : ""), [one?.id]);
  return (
    <FlowContext.Provider value={context}>
      <div className="flow-editor" ref={root} tabIndex={-1}>
        {canEdit ? (
          <div className="flow-palette" role="toolbar" aria-label="Nodes to add">
            {palette.map(([kind, label]) => (
              <button key={kind} type="button" className="flow-palette-item" draggable onDragStart={(event) => event.dataTransfer.setData(KIND, kind)} onClick={() => add(kind)}>
                {label}
              </button>
            ))}
          </div>
        ) : null}
        <div className="flow-board"
          onDragOver={(event) => event.dataTransfer.types.includes(KIND) && event.preventDefault()}
          onDrop={(event) => {
            const kind = event.dataTransfer.getData(KIND);
            if (kind && canEdit) add(kind, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }));
          }}>
          <div className="flow-tools">
            <span className="flow-saved" role="status">{store.saved === "saved" ? "Saved" : "Saving…"}</span>
            <button type="button" className="button button-ghost" disabled={!canEdit || !store.undoable.length} onClick={() => store.undo()}>Undo</button>
            <button type="button" className="button button-ghost" disabled={!canEdit || !store.redoable.length} onClick={() => store.redo()}>Redo</button>
            <button type="button" className="button button-ghost" disabled={!canEdit} onClick={layout}>Tidy up</button>
            <button type="button" className="button button-ghost" onClick={() => download(store)}>Export</button>
            <input className="input flow-search" placeholder="Search nodes" aria-label="Search nodes" value={search} onChange={(event) => setSearch(event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && found && select([found.id])} />
          </div>
          <ReactFlow nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} onNodesChange={onNodesChange} onEdgesChange={onEdgesChange}
            onConnect={link} onReconnect={relink} nodesDraggable={canEdit} nodesConnectable={canEdit} edgesReconnectable={canEdit} deleteKeyCode={null}
            snapToGrid snapGrid={GRID} minZoom={0.1} maxZoom={2} selectionOnDrag panOnScroll panOnDrag={[1, 2]} selectNodesOnDrag={false} proOptions={{ hideAttribution: false }}>
            <Background gap={GRID[0]} />
            <Controls showInteractive={false} />
            <MiniMap pannable zoomable ariaLabel="Overview" />
          </ReactFlow>
        </div>
        <aside className="flow-panel" aria-label="Selected node">
          {one ? <Panel node={one} panels={panels} store={store} rules={rules} canEdit={canEdit} onDelete={() => remove([one.id], [])} /> : (
            <p className="field-help">{chosen.length ? chosen.length + " nodes are selected." : "Choose a node to see what it says, or drag one in from the left."}</p>
          )}
        </aside>
      </div>
    </FlowContext.Provider>
  );
}

function Panel({ node, panels, store, rules, canEdit, onDelete }) {
  const panel = panels[node.kind];
  const others = [...store.document.nodes.values()].filter((other) => other.id !== node.id);
  const ways = new Map([...store.document.edges.values()].filter((edge) => edge.from === node.id).map((edge) => [edge.port, edge.to]));
  const isStart = store.document.flow.start === node.id;
  return (
    <NodeContext.Provider value={{ node: node.id, base: [] }} key={node.id}>
      <h2 className="flow-panel-title">{rules[node.kind]?.label}</h2>
      {panel ? createElement(panel, { fields: node.data }) : null}
      <fieldset className="flow-rows">
        <legend className="field-label">Where it leads</legend>
        {portTitles(rules, node).map(([port, title]) => (
          <label className="flow-way" key={port}>
            <span>{title}</span>
            <select className="input" value={ways.get(port) || ""} disabled={!canEdit} onChange={(event) => store.commit((document) => documents.connect(document, node.id, port, event.target.value))}>
              <option value="">The flow ends</option>
              {others.map((other) => <option key={other.id} value={other.id}>{titleOf(rules, other)}</option>)}
            </select>
          </label>
        ))}
      </fieldset>
      <div className="flow-panel-foot">
        <button type="button" className="button button-secondary" disabled={!canEdit || isStart} onClick={() => store.commit((document) => ({ ...document, flow: { ...document.flow, start: node.id } }))}>
          {isStart ? "The flow begins here" : "Begin the flow here"}
        </button>
        <button type="button" className="button button-ghost" disabled={!canEdit} onClick={onDelete}>Delete node</button>
      </div>
    </NodeContext.Provider>
  );
}

const stores = new Map();

export function FlowCanvas(given) {
  // After a reconnect the server's state is empty for a moment: the last good props stay.
  const last = useRef(given);
  if (given.flowId) last.current = given;
  const props = last.current;
  const store = useMemo(() => {
    if (!stores.has(props.flowId)) stores.set(props.flowId, new Store(props.flowId, props.rules));
    return stores.get(props.flowId);
  }, [props.flowId]);
  if (!props.flowId) return null;
  return (
    <ReactFlowProvider key={props.flowId}>
      <Inner {...props} store={store} overlay={props.overlay || {}} />
    </ReactFlowProvider>
  );
}
