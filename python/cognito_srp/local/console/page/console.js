// The console of a local Cognito. It asks the server's control API once a second while the page is
// visible, and not at all while it is not. Text is put in as text, never as HTML.
"use strict";

const PERIOD = 1000; // milliseconds
const ROWS = 200; // calls that are shown

const byId = (id) => document.getElementById(id);
const show = { calls: [], last: 0, offset: 0, paused: false, seen: {} };

/** An element: `make("td", { class: "bad" }, "text", child)`. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

async function ask(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message || `status ${response.status}`);
  return answer;
}

/** Puts children in the place of others, unless they would show the same. */
function replace(id, key, build) {
  const text = JSON.stringify(key);
  if (show.seen[id] === text) return;
  show.seen[id] = text;
  byId(id).replaceChildren(...build());
}

const date = (seconds) => new Date(seconds * 1000);
const clockTime = (seconds) => date(seconds).toLocaleTimeString();
const dateTime = (seconds) => date(seconds).toLocaleString();
const time = (seconds, words) => make("time", { datetime: date(seconds).toISOString() }, words(seconds));
const refused = (call) => call.Status === 0 || call.Status >= 400;

function callRow(call, isNew) {
  const outcome = make("td", {}, make("span", { class: refused(call) ? "bad" : "good" }, call.Outcome));
  if (call.Fault) outcome.append(" ", make("span", { class: "badge fault" }, `fault: ${call.Fault}`));
  if (call.Reason) outcome.append(make("span", { class: "step" }, call.Reason));
  return make(
    "tr",
    { class: isNew ? "new" : undefined },
    make("td", { title: `${call.Milliseconds} ms` }, time(call.Time, clockTime)),
    make("td", {}, call.Operation, call.Step ? make("span", { class: "step" }, call.Step) : null),
    make("td", { "data-label": "user" }, call.Username || ""),
    make("td", { "data-label": "client" }, make("code", {}, call.ClientId || "")),
    outcome,
  );
}

function showCalls(first) {
  const wanted = byId("filter").value.toLowerCase();
  const only = byId("refused-only").checked;
  const fits = (call) =>
    (!only || refused(call)) && Object.values(call).join(" ").toLowerCase().includes(wanted);
  const found = show.calls.filter(fits);
  const rows = found.slice(-ROWS).reverse().map((call) => callRow(call, call.Number > first));
  const empty = make("tr", {}, make("td", { colspan: "5", class: "quiet" }, "No calls yet."));
  byId("call-rows").replaceChildren(...(rows.length ? rows : [empty]));
  const bad = show.calls.filter(refused).length;
  byId("calls-count").textContent =
    `${found.length} of ${show.calls.length} calls, ${bad} refused` +
    (found.length > ROWS ? `; the last ${ROWS} are shown` : "");
}

function messageRow(message) {
  const invitation = message.Purpose === "invitation";
  const code = invitation
    ? make("span", { class: "quiet" }, "temporary password: see /_local/messages")
    : make("code", { class: "code" }, message.Code);
  return make(
    "tr",
    {},
    make("td", {}, time(message.Sent, clockTime)),
    make("td", {}, message.Username, make("span", { class: "step" }, `${message.Medium} ${message.Destination}`)),
    make("td", { "data-label": "for" }, message.Purpose),
    make("td", { "data-label": invitation ? undefined : "code" }, code),
  );
}

function showMessages(messages) {
  replace("message-rows", messages, () => {
    const empty = make("tr", {}, make("td", { colspan: "4", class: "quiet" }, "No messages yet."));
    return messages.length ? messages.slice(-50).reverse().map(messageRow) : [empty];
  });
}

/** A folded part that stays open, or closed, when what it shows changes. */
function fold(id, open, attributes, summary, ...children) {
  const before = byId(id);
  const isOpen = before ? before.open : open;
  return make("details", { id, open: isOpen, ...attributes }, make("summary", {}, ...summary), ...children);
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return make("dl", {}, ...known.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

const DEVICE_STATES = { issued: "not confirmed", remembered: "remembered", not_remembered: "not remembered" };

function deviceFacts(device) {
  const title = make("strong", {}, device.DeviceName || "Device");
  const state = make("span", { class: device.State === "remembered" ? "badge good" : "badge quiet" }, DEVICE_STATES[device.State]);
  const secret = device.State === "issued" || device.HasVerifier ? undefined : "none: this device can never sign in";
  return make(
    "div",
    {},
    make("p", {}, title, " ", state),
    facts([
      ["Device key", make("code", {}, device.DeviceKey)],
      ["Last sign-in", `${dateTime(device.LastAuthenticated)} from ${device.LastIp}`],
      ["Verifier", secret],
    ]),
  );
}

function userFold(pool, user) {
  const locked = user.LockedUntil ? make("span", { class: "badge fault" }, `locked until ${clockTime(user.LockedUntil)}`) : null;
  const status = user.Enabled ? user.UserStatus : `${user.UserStatus}, disabled`;
  const count = `${user.DeviceCount} device${user.DeviceCount === 1 ? "" : "s"}`;
  const attributes = Object.entries(user.Attributes);
  return fold(
    `user-${pool.Id}-${user.Username}`, false, {},
    [make("strong", {}, user.Username), ` ${status}, ${count} `, locked].filter(Boolean),
    facts([...attributes, ["Second factors", user.MfaFactors.join(", ")]]),
    ...user.Devices.map(deviceFacts),
  );
}

function poolFold(pool) {
  const devices = pool.DeviceConfiguration;
  const remembers = !devices ? "no" : devices.DeviceOnlyRememberedOnUserPrompt ? "if the user says so" : "always";
  const clients = pool.Clients.map((client) =>
    make("div", {}, client.ClientName || "", " ", make("code", {}, client.ClientId), client.HasSecret ? " with a secret" : ""));
  const more = pool.UserCount - pool.Users.length;
  return fold(
    `pool-${pool.Id}`, true, { class: "pool" },
    [pool.Name, " ", make("code", {}, pool.Id), ` ${pool.UserCount} user${pool.UserCount === 1 ? "" : "s"}`],
    facts([
      ["App clients", clients.length ? make("div", {}, ...clients) : "none"],
      ["Remembers devices", remembers],
      ["MFA", pool.MfaConfiguration],
      ["Signs in by", [...pool.UsernameAttributes, ...pool.AliasAttributes].join(", ")],
    ]),
    ...pool.Users.map((user) => userFold(pool, user)),
    more > 0 ? make("p", { class: "quiet" }, `${more} more users are not shown.`) : null,
  );
}

function showPools(state) {
  byId("region").textContent = state.Region;
  replace("pool-list", state.UserPools, () => {
    const focused = document.activeElement && document.activeElement.closest("#pool-list details");
    const id = focused && focused.id;
    // Focus is on a summary that is about to be replaced by its like.
    if (id) queueMicrotask(() => byId(id) && byId(id).querySelector("summary").focus());
    const empty = make("p", { class: "quiet" }, "No pools yet: CreateUserPool, --create-pool or --seed makes one.");
    return state.UserPools.length ? state.UserPools.map(poolFold) : [empty];
  });
}

function ruleWords(rule) {
  const words = [rule.Kind, rule.Operation ? `for ${rule.Operation}` : "for any operation"];
  if (rule.Seconds) words.push(`of ${rule.Seconds} s`);
  if (rule.Error) words.push(rule.Error);
  if (rule.Probability < 1) words.push(`${Math.round(rule.Probability * 1000) / 10} % of the calls`);
  if (rule.Every > 1) words.push(`every ${rule.Every} calls`);
  if (rule.Times) words.push(`${rule.Times} times at most`);
  return `${words.join(", ")}: ${rule.Struck} of ${rule.Calls} calls so far`;
}

function showFaults(faults) {
  replace("fault-list", faults.Rules, () => {
    const none = make("li", { class: "quiet" }, "No fault is waiting to strike.");
    return faults.Rules.length ? faults.Rules.map((rule) => make("li", {}, ruleWords(rule))) : [none];
  });
  const counts = faults.Injected.map((one) => `${one.Operation} ${one.Kind} ${one.Count}×`);
  byId("injected").textContent = counts.length ? `Injected: ${counts.join(", ")}` : "";
}

function showClock(clock) {
  const now = byId("now");
  now.dateTime = date(clock.Time).toISOString();
  now.textContent = dateTime(clock.Time);
  const ahead = Math.round(Math.abs(clock.Offset));
  byId("offset").textContent = ahead === 0 ? "" : `${ahead} s ${clock.Offset < 0 ? "behind" : "ahead of"} this machine`;
}

async function refresh() {
  const name = encodeURIComponent(byId("user-filter").value);
  const [calls, messages, state, faults, clock] = await Promise.all([
    ask(`/_local/calls?After=${show.last}`),
    ask("/_local/messages"),
    ask(`/_local/state?Username=${name}`),
    ask("/_local/faults"),
    ask("/_local/clock"),
  ]);
  if (calls.Last < show.last) { // another server: its calls are counted from 1
    show.calls = [];
    show.last = 0;
    return refresh();
  }
  if (calls.Calls.length || show.seen.calls === undefined) {
    const first = show.last;
    show.seen.calls = true;
    show.calls = [...show.calls, ...calls.Calls].slice(-1000);
    if (calls.Calls.length) show.last = calls.Calls[calls.Calls.length - 1].Number;
    showCalls(first || show.last);
  }
  showMessages(messages.Messages);
  showPools(state);
  showFaults(faults);
  showClock(clock);
}

function setConnection(words) {
  const element = byId("connection");
  if (element.textContent !== words) element.textContent = words;
}

async function follow() {
  for (;;) {
    if (!document.hidden && !show.paused) {
      try {
        await refresh();
        setConnection("connected");
      } catch (error) {
        setConnection("no answer; trying again");
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PERIOD));
  }
}

/** A change: what went wrong is told in words, what went well to a screen reader. */
async function change(path, body, words) {
  const problem = byId("problem");
  problem.hidden = true;
  try {
    await ask(path, body);
    byId("said").textContent = words;
    await refresh();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
}

function faultOf(form) {
  const given = new FormData(form);
  const body = { Kind: given.get("Kind"), Probability: Number(given.get("Percent")) / 100 };
  if (given.get("Operation")) body.Operation = given.get("Operation");
  if (given.get("Times")) body.Times = Number(given.get("Times"));
  if (body.Kind === "delay") body.Seconds = Number(given.get("Seconds"));
  if (body.Kind === "error") body.Error = given.get("Error");
  return body;
}

function showFields() {
  for (const part of document.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== byId("fault-kind").value;
}

function armReset(armed) {
  byId("reset").textContent = armed ? "Yes, reset everything" : "Reset";
  byId("reset-no").hidden = !armed;
}

async function reset() {
  if (byId("reset-no").hidden) {
    armReset(true);
    return;
  }
  armReset(false);
  show.calls = [];
  await change("/_local/reset", {}, "Everything is as it was at the start");
  showCalls(show.last);
}

function pause() {
  show.paused = !show.paused;
  byId("pause").setAttribute("aria-pressed", String(show.paused));
  byId("pause").textContent = show.paused ? "Go on" : "Pause";
  if (show.paused) setConnection("paused");
}

byId("filter").addEventListener("input", () => showCalls(show.last));
byId("refused-only").addEventListener("change", () => showCalls(show.last));
byId("pause").addEventListener("click", pause);
byId("fault-kind").addEventListener("change", showFields);
byId("fault-form").addEventListener("submit", (event) => {
  event.preventDefault();
  change("/_local/faults", faultOf(event.target), "The fault is added");
});
byId("clear-faults").addEventListener("click", () => change("/_local/faults/clear", {}, "All faults are taken back"));
for (const button of document.querySelectorAll("[data-advance]")) {
  const seconds = Number(button.dataset.advance);
  button.addEventListener("click", () =>
    change("/_local/clock", seconds ? { Advance: seconds } : { Offset: 0 }, "The clock is set"));
}
byId("reset").addEventListener("click", reset);
byId("reset-no").addEventListener("click", () => armReset(false));
showFields();
follow();
