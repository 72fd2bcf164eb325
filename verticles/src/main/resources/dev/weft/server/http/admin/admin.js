// The page for operators. It asks one node, which asks the others; rates are differences between two answers.
'use strict';

const REFRESH_MILLIS = 2000;
const ROWS_MAX = 200;
const TOKEN = 'weft.token';

const byId = id => document.getElementById(id);
let before = new Map();
let nodes = [];
let isSafe = true;
let shown = null;

async function ask(path, body) {
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = 'Bearer ' + token;
  const options = {headers, cache: 'no-store'};
  if (body !== undefined) {
    options.method = 'POST';
    options.body = JSON.stringify(body);
    headers['Content-Type'] = 'application/json';
  }
  const response = await fetch('../api/v1/' + path, options).catch(() => {
    throw new Error('This node does not answer; another one may.');
  });
  byId('login').hidden = response.status !== 401;
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : {};
  throw new Error(problem(response.status, text));
}

function problem(status, text) {
  if (status === 401) return sessionStorage.getItem(TOKEN) ? 'This token is not known here.' : 'This node wants a token.';
  if (status === 404 && !text.startsWith('{')) {
    return 'This node does not serve its HTTP interface: start it with --api-tokens-file.';
  }
  try {
    const told = JSON.parse(text);
    return told.detail || told.title || text;
  } catch (notJson) {
    return 'the node answered ' + status;
  }
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function number(value) {
  return Math.round(value).toLocaleString('en');
}

function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return (unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)) + ' ' + units[unit];
}

function duration(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 120) return seconds + ' s';
  if (seconds < 7200) return Math.floor(seconds / 60) + ' min';
  if (seconds < 172800) return Math.floor(seconds / 3600) + ' h';
  return Math.floor(seconds / 86400) + ' d';
}

function rate(node, field) {
  const earlier = before.get(node.node);
  const now = node.figures;
  if (!earlier || now.atMillis <= earlier.atMillis || now[field] < earlier[field]) return '–';
  return number((now[field] - earlier[field]) * 1000 / (now.atMillis - earlier.atMillis)) + '/s';
}

function state(node) {
  if (node.error) return ['bad', 'does not answer: ' + node.error];
  if (node.draining) return ['warn', node.documents + node.connections > 0 ? 'being emptied' : 'empty: it can be stopped'];
  if (!isSafe) return ['warn', 'copies of the directory are being made: stop no node now'];
  return ['', 'serving'];
}

function card(node) {
  const [kind, text] = state(node);
  const made = element('article', {className: 'card'},
    element('h3', {textContent: node.node}),
    element('p', {className: 'state ' + kind, textContent: text}));
  made.dataset.node = node.node;
  if (node.error) return made;
  const facts = element('dl');
  const fact = (name, value, warn) => facts.append(
    element('dt', {textContent: name}), element('dd', {textContent: value, className: warn ? 'warn' : ''}));
  const figures = node.figures;
  fact('clients', number(node.connections));
  fact('owned', number(node.documents));
  fact('changes', rate(node, 'changes'));
  fact('open', number(figures.links));
  fact('in', rate(node, 'framesIn'));
  fact('out', rate(node, 'framesOut'));
  fact('lag', bytes(figures.lagBytes), figures.lagBytes > 1 << 20);
  fact('quarantined', number(node.quarantined), node.quarantined > 0);
  fact('paused', number(figures.paused), figures.paused > 0);
  fact('congested', number(figures.congested), figures.congested > 0);
  fact('heap', bytes(figures.heapBytes), figures.heapBytes > 0.9 * figures.heapBytesMax);
  fact('up', duration(figures.upMillis));
  fact('sees nodes', number(figures.members), figures.members !== nodes.length);
  made.append(facts, element('div', {className: 'actions'},
    button('Documents', () => show({node: node.node})),
    drainButton(node)));
  made.querySelectorAll('button').forEach(each => { each.dataset.key = node.node + ' ' + each.textContent; });
  return made;
}

function button(text, action, className = '') {
  const made = element('button', {type: 'button', textContent: text, className});
  made.addEventListener('click', () => attempt(action));
  return made;
}

function drainButton(node) {
  const made = button('Empty this node', async () => {
    if (!confirm('Move all documents and clients of ' + node.node + ' to other nodes? '
        + 'It takes none until it is started again.')) return;
    await ask('nodes/' + encodeURIComponent(node.node) + '/drain', {});
    await refresh();
  }, 'danger');
  made.disabled = node.draining || nodes.filter(other => !other.error && !other.draining).length < 2;
  return made;
}

// Either the documents of a node or, one step further, the sessions of a document.
async function show(what) {
  shown = what;
  byId('filter').value = '';
  await refreshDetail();
  byId('detail').scrollIntoView({behavior: 'smooth', block: 'nearest'});
}

function pathOf(row) {
  return 'documents/' + encodeURIComponent(row.id);
}

async function refreshDetail() {
  byId('detail').hidden = !shown;
  if (!shown) return;
  const focused = document.activeElement;
  if (focused && focused.tagName === 'SELECT' && byId('detail').contains(focused)) return;
  const asked = shown;
  const answer = asked.row
    ? await ask(pathOf(asked.row) + '/sessions?kind=' + asked.row.kind)
    : await ask('nodes/' + encodeURIComponent(asked.node) + '/documents');
  if (asked !== shown) return;
  const wanted = byId('filter').value.toLowerCase();
  const all = (asked.row ? answer.sessions : answer.documents)
    .filter(each => JSON.stringify(each).toLowerCase().includes(wanted));
  const rows = all.slice(0, ROWS_MAX);
  byId('detail-title').textContent = asked.row ? 'Sessions of ' + asked.row.id : 'Documents owned by ' + asked.node;
  byId('detail-head').replaceChildren(headings(
    asked.row ? ['who', 'from', 'node', 'since'] : ['document', 'kind', 'state', 'epoch', '']));
  byId('detail-rows').replaceChildren(...rows.map(asked.row ? sessionRow : documentRow));
  byId('detail-note').textContent = all.length === 0 ? 'none'
    : all.length > rows.length ? 'the first ' + rows.length + ' of ' + all.length : '';
}

function headings(names) {
  return element('tr', {}, ...names.map(name => element('th', {scope: 'col', textContent: name})));
}

function documentRow(row) {
  const actions = element('td', {}, button('Sessions', () => show({row})));
  if (row.state === 'quarantined') {
    actions.append(' ', button('Try again', async () => {
      await ask(pathOf(row) + '/release?kind=' + row.kind, {});
      await refreshDetail();
    }));
  } else {
    actions.append(' ', moving(row));
  }
  return element('tr', {}, element('td', {className: 'name', textContent: row.id}),
    element('td', {textContent: row.kind}), element('td', {textContent: row.state}),
    element('td', {textContent: row.epoch}), actions);
}

function moving(row) {
  const others = nodes.filter(node => !node.error && !node.draining && node.node !== shown.node);
  const choice = element('select', {ariaLabel: 'node to move ' + row.id + ' to'},
    element('option', {value: '', textContent: 'move to …'}),
    ...others.map(node => element('option', {value: node.node, textContent: node.node})));
  choice.disabled = others.length === 0;
  choice.addEventListener('change', () => attempt(async () => {
    const node = choice.value;
    choice.blur();
    await ask(pathOf(row) + '/hand-off?kind=' + row.kind, {node});
    await refreshDetail();
  }));
  return choice;
}

function sessionRow(row) {
  return element('tr', {}, element('td', {className: 'name', textContent: row.subject}),
    element('td', {textContent: row.address}), element('td', {className: 'name', textContent: row.node}),
    element('td', {textContent: duration(row.connectedMillis)}));
}

async function refresh() {
  const answer = await ask('nodes');
  isSafe = answer.clusterSafe;
  nodes = answer.nodes.sort((a, b) => a.node < b.node ? -1 : 1);
  const focused = document.activeElement && document.activeElement.dataset.key;
  byId('nodes').replaceChildren(...nodes.map(card));
  if (focused) document.querySelector('[data-key="' + CSS.escape(focused) + '"]')?.focus();
  const alive = nodes.filter(node => !node.error);
  const sum = field => alive.reduce((total, node) => total + node[field], 0);
  byId('summary').textContent = nodes.length + (nodes.length === 1 ? ' node, ' : ' nodes, ')
    + number(sum('connections')) + ' clients, ' + number(sum('documents')) + ' documents in memory';
  before = new Map(alive.map(node => [node.node, node.figures]));
  await refreshDetail();
}

async function attempt(action) {
  try {
    await action();
    byId('problem').hidden = true;
  } catch (failure) {
    byId('problem').textContent = failure.message;
    byId('problem').hidden = false;
    // What was true before would be taken for what is true now.
    byId('summary').textContent = '';
  }
}

byId('login').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, byId('token').value);
  byId('token').value = '';
  attempt(refresh);
});
byId('filter').addEventListener('input', () => attempt(refreshDetail));

// What is pressed must not be replaced before it is released.
let pressed = false;
addEventListener('pointerdown', () => { pressed = true; });
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => { pressed = false; });

(async function keepRefreshing() {
  if (!document.hidden && !pressed) await attempt(refresh);
  setTimeout(keepRefreshing, REFRESH_MILLIS);
})();
