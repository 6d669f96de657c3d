// The fields of the side panel: each bound to a path in the node that is selected.

import { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { getPath, newId, setPath } from "./flow_document.js";

export const FlowContext = createContext(null);
export const NodeContext = createContext(null);

/** Return the value at a path of the selected node, and what sets it. */
function useField(path, typing = false) {
  const { store, canEdit, rules } = useContext(FlowContext);
  const { node, base } = useContext(NodeContext);
  const steps = [...base, ...path.split(".")];
  const key = node + "." + steps.join(".");
  const held = store.document.nodes.get(node);
  const set = (value) =>
    store.commit(
      (document) => {
        const now = document.nodes.get(node);
        if (now) document.nodes.set(node, { ...now, data: setPath(now.data, steps, value) });
        return document;
      },
      { typing: typing ? key : "" }
    );
  const said = held ? getPath(held.data, steps) : undefined;
  // What nobody said is not in the document; the engine knows what it is then.
  const value = said === undefined && held ? getPath(rules[held.kind]?.defaults, steps) : said;
  return { value, set, steps, disabled: !canEdit };
}

function useProblem(steps) {
  const { overlay } = useContext(FlowContext);
  const { node, base } = useContext(NodeContext);
  const told = overlay.nodes?.[node]?.problems || [];
  const field = steps[0];
  if (base.length) return "";
  return told.find((one) => one.field === field || one.field.startsWith(field + "."))?.message || "";
}

function Frame({ id, label, hint, problem, count, children }) {
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
        {count}
      </label>
      {children}
      {hint && !problem ? <p className="field-help">{hint}</p> : null}
      {problem ? (
        <p className="field-error" role="alert">
          {problem}
        </p>
      ) : null}
    </div>
  );
}

function Count({ value, limit }) {
  if (!limit) return null;
  const length = (value || "").length;
  const tone = length > limit ? " is-over" : "";
  return <span className={"flow-count tabular" + tone}>{length + "/" + limit}</span>;
}

function Variables({ onPick, disabled }) {
  const { choices } = useContext(FlowContext);
  const names = choices.variables || [];
  return (
    <select
      className="flow-variables"
      aria-label="Insert a variable"
      value=""
      disabled={disabled}
      onChange={(event) => onPick("{" + event.target.value + "}")}
    >
      <option value="">{"{ }"}</option>
      {names.map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}

export function Field({ path, label, kind = "text", limit = 0, hint = "", options, plain = false, placeholder }) {
  const id = useId();
  const box = useRef(null);
  const { choices } = useContext(FlowContext);
  const typing = ["text", "textarea", "number"].includes(kind);
  const { value, set, steps, disabled } = useField(path, typing);
  const problem = useProblem(steps);
  const shared = { id, disabled, "aria-invalid": problem ? true : undefined };
  if (kind === "switch") {
    return (
      <label className="flow-switch">
        <input {...shared} type="checkbox" checked={!!value} onChange={(e) => set(e.target.checked)} />
        <span>{label}</span>
      </label>
    );
  }
  if (kind === "select") {
    const rows = typeof options === "string" ? choices[options] || [] : options || [];
    const known = !value || rows.some(([one]) => one === value);
    return (
      <Frame id={id} label={label} hint={hint} problem={problem}>
        <select {...shared} className="input" value={value ?? ""} onChange={(e) => set(e.target.value)}>
          {rows.some(([one]) => one === "") || value ? null : <option value="">Choose…</option>}
          {known ? null : <option value={value}>{String(value)}</option>}
          {rows.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
      </Frame>
    );
  }
  if (kind === "tags") {
    const rows = typeof options === "string" ? choices[options] || [] : [];
    const chosen = value || [];
    return (
      <Frame id={id} label={label} hint={hint} problem={problem}>
        <div className="flow-tags">
          {chosen.map((one) => (
            <button key={one} type="button" className="chip" disabled={disabled} aria-label={"Remove " + one} onClick={() => set(chosen.filter((other) => other !== one))}>
              {one} ×
            </button>
          ))}
          <select {...shared} className="input" value="" onChange={(e) => set([...chosen, e.target.value])}>
            <option value="">Add…</option>
            {rows.filter(([one]) => !chosen.includes(one)).map(([one, words]) => (
              <option key={one} value={one}>
                {words}
              </option>
            ))}
          </select>
        </div>
      </Frame>
    );
  }
  const change = (event) => {
    const words = event.target.value;
    if (kind === "number") set(words === "" ? undefined : Number(words));
    else set(words);
  };
  const insert = (words) => {
    const at = box.current?.selectionStart ?? (value || "").length;
    set((value || "").slice(0, at) + words + (value || "").slice(at));
    box.current?.focus();
  };
  const Tag = kind === "textarea" ? "textarea" : "input";
  return (
    <Frame
      id={id}
      label={label}
      hint={hint}
      problem={problem}
      count={
        <span className="flow-label-end">
          <Count value={value} limit={limit} />
          {plain || kind === "number" ? null : <Variables onPick={insert} disabled={disabled} />}
        </span>
      }
    >
      <Tag
        {...shared}
        ref={box}
        className="input"
        type={kind === "number" ? "number" : undefined}
        step={kind === "number" ? "any" : undefined}
        rows={kind === "textarea" ? 4 : undefined}
        placeholder={placeholder}
        value={value ?? ""}
        onChange={change}
      />
    </Frame>
  );
}

/** A list of parts, each with fields of its own: buttons, rows, rules, headers. */
export function Rows({ path, label, noun, most = 10, prefix = "", children, fresh = {} }) {
  const { value, set, steps, disabled } = useField(path);
  const { node } = useContext(NodeContext);
  const problem = useProblem(steps);
  const rows = value || [];
  const move = (at, by) => {
    const moved = [...rows];
    const [row] = moved.splice(at, 1);
    moved.splice(at + by, 0, row);
    set(moved);
  };
  const add = () => set([...rows, { ...(prefix ? { id: newId(prefix) } : {}), ...fresh }]);
  return (
    <fieldset className="flow-rows">
      <legend className="field-label">{label}</legend>
      {rows.map((row, at) => (
        <div className="flow-row" key={row.id || at} role="group" aria-label={noun + " " + (at + 1)}>
          <NodeContext.Provider value={{ node, base: [...steps, at] }}>
            <div className="flow-row-fields">{children}</div>
          </NodeContext.Provider>
          <div className="flow-row-ways">
            <button type="button" className="icon-button" aria-label={"Move " + noun + " up"} disabled={disabled || at === 0} onClick={() => move(at, -1)}>↑</button>
            <button type="button" className="icon-button" aria-label={"Move " + noun + " down"} disabled={disabled || at === rows.length - 1} onClick={() => move(at, 1)}>↓</button>
            <button type="button" className="icon-button" aria-label={"Delete " + noun} disabled={disabled} onClick={() => set(rows.filter((_, other) => other !== at))}>×</button>
          </div>
        </div>
      ))}
      {problem ? <p className="field-error" role="alert">{problem}</p> : null}
      <button type="button" className="button button-secondary" disabled={disabled || rows.length >= most} onClick={add}>
        {"Add " + noun}
      </button>
    </fieldset>
  );
}

/** Texts by name: the fields of a contact, the blanks of a template. */
export function Pairs({ path, label, names, keys }) {
  const { choices } = useContext(FlowContext);
  const { value, set, steps, disabled } = useField(path, true);
  const { node, base } = useContext(NodeContext);
  const { store } = useContext(FlowContext);
  const problem = useProblem(steps);
  const held = value || {};
  const fields = store.document.nodes.get(node)?.data || {};
  const by = keys ? choices[keys]?.[keys === "blanks" ? fields.template_name + "|" + fields.template_language : ""] : null;
  const offered = by || choices[names] || [];
  const shown = by ? by.map(([name]) => name) : Object.keys(held);
  return (
    <fieldset className="flow-rows">
      <legend className="field-label">{label}</legend>
      {shown.map((name) => (
        <NodeContext.Provider key={name} value={{ node, base }}>
          <Pair name={name} label={(offered.find(([one]) => one === name) || [name, name])[1]} value={held[name] || ""} disabled={disabled}
            onChange={(words) => set({ ...held, [name]: words })}
            onDelete={by ? null : () => { const { [name]: _, ...rest } = held; set(rest); }} />
        </NodeContext.Provider>
      ))}
      {problem ? <p className="field-error" role="alert">{problem}</p> : null}
      {by ? null : (
        <select className="input" aria-label={"Add to " + label} value="" disabled={disabled} onChange={(e) => set({ ...held, [e.target.value]: "" })}>
          <option value="">Add…</option>
          {offered.filter(([one]) => !(one in held)).map(([one, words]) => (
            <option key={one} value={one}>{words}</option>
          ))}
        </select>
      )}
    </fieldset>
  );
}

function Pair({ label, value, onChange, onDelete, disabled }) {
  const id = useId();
  return (
    <div className="flow-pair">
      <label className="field-label" htmlFor={id}>
        {label}
        <span className="flow-label-end">
          <Variables disabled={disabled} onPick={(words) => onChange(value + words)} />
          {onDelete ? <button type="button" className="icon-button" aria-label={"Remove " + label} disabled={disabled} onClick={onDelete}>×</button> : null}
        </span>
      </label>
      <input id={id} className="input" value={value} disabled={disabled} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

/** Words that do not change while they are written; they are told when they are done. */
export function useTold(value, tell) {
  const [held, setHeld] = useState(value);
  useEffect(() => setHeld(value), [value]);
  return [held, setHeld, () => held !== value && tell(held)];
}
