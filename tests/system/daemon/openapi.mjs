// docs/openapi.yaml as data, and answers held to its schemas. Reads the part of YAML that the file
// uses and the keywords of JSON Schema that it uses; anything else ends the test, so that a schema
// can never pass by not being understood.
import { readFileSync } from 'node:fs';

function scalar(text) {
  if (/^'.*'$/.test(text)) return text.slice(1, -1).replaceAll("''", "'");
  if (/^".*"$/.test(text)) return JSON.parse(text);
  if (text === '[]') return [];
  if (/^\[.*\]$/.test(text)) return text.slice(1, -1).split(',').map((part) => scalar(part.trim()));
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

// Lines as {indent, text}, folded texts joined, comments and empty lines left out.
function linesOf(text) {
  const lines = [];
  let folded = null;
  for (const raw of text.split('\n')) {
    const indent = raw.length - raw.trimStart().length;
    const body = raw.trim();
    if (folded && (body === '' || indent > folded.indent)) {
      folded.text += body + ' ';
      continue;
    }
    folded = null;
    if (body === '' || body.startsWith('#')) continue;
    const line = { indent, text: body };
    if (body.endsWith('>-')) {
      line.text = body.slice(0, -2);
      folded = line;
    }
    lines.push(line);
  }
  return lines;
}

function block(lines, at, indent) {
  const list = lines[at].text.startsWith('- ');
  const value = list ? [] : {};
  while (at < lines.length && lines[at].indent === indent) {
    let { text } = lines[at];
    if (list) {
      if (!text.startsWith('- ')) throw new Error(`openapi.yaml: a list expected at: ${text}`);
      lines[at] = { indent: indent + 2, text: text.slice(2) };
      const [item, next] = /^('[^']*'|[^\s:]+):( |$)/.test(lines[at].text)
        ? block(lines, at, indent + 2) : [scalar(lines[at].text), at + 1];
      value.push(item);
      at = next;
      continue;
    }
    const match = /^('[^']*'|[^\s:]+):(?: +(.*))?$/.exec(text);
    if (!match) throw new Error(`openapi.yaml: not understood: ${text}`);
    const key = scalar(match[1]).toString();
    if (Object.hasOwn(value, key)) throw new Error(`openapi.yaml: ${key} stands twice`);
    if (match[2] !== undefined && match[2] !== '') {
      value[key] = scalar(match[2].trim());
      at += 1;
    } else {
      [value[key], at] = block(lines, at + 1, lines[at + 1].indent);
    }
  }
  return [value, at];
}

export function readYaml(path) {
  const lines = linesOf(readFileSync(path, 'utf8'));
  const [value, end] = block(lines, 0, 0);
  if (end !== lines.length) throw new Error(`openapi.yaml: left over: ${lines[end].text}`);
  return value;
}

const types = {
  object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v),
  array: Array.isArray,
  string: (v) => typeof v === 'string',
  integer: Number.isInteger,
  boolean: (v) => typeof v === 'boolean',
};
const known = new Set(['$ref', 'type', 'enum', 'required', 'properties', 'additionalProperties',
  'items', 'minItems', 'maxItems', 'minLength', 'maxLength', 'minimum', 'maximum', 'pattern',
  'oneOf', 'description', 'format']);

export class Api {
  constructor(path) {
    this.doc = readYaml(path);
  }

  resolve(node) {
    while (node.$ref) {
      let to = this.doc;
      for (const part of node.$ref.slice(2).split('/')) to = to?.[part];
      if (!to) throw new Error(`openapi.yaml: nothing at ${node.$ref}`);
      node = to;
    }
    return node;
  }

  // What is wrong with a value, or null.
  wrong(schema, value, place = '$') {
    schema = this.resolve(schema);
    for (const word of Object.keys(schema))
      if (!known.has(word)) throw new Error(`openapi.yaml: keyword ${word} is not checked`);
    if (schema.oneOf) {
      const fits = schema.oneOf.filter((one) => this.wrong(one, value, place) === null);
      return fits.length === 1 ? null : `${place}: fits ${fits.length} of the alternatives`;
    }
    if (schema.type && !types[schema.type](value)) return `${place}: not of type ${schema.type}`;
    if (schema.enum && !schema.enum.includes(value)) return `${place}: ${value} is no such word`;
    if (schema.type === 'object') return this.wrongObject(schema, value, place);
    if (schema.type === 'array') return this.wrongArray(schema, value, place);
    if (value < schema.minimum || value > schema.maximum) return `${place}: out of range`;
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) return `${place}: pattern`;
    if (value.length < schema.minLength || value.length > schema.maxLength) return `${place}: length`;
    return null;
  }

  wrongObject(schema, value, place) {
    const lacking = (schema.required ?? []).find((name) => !Object.hasOwn(value, name));
    if (lacking) return `${place}: ${lacking} is missing`;
    for (const [name, inner] of Object.entries(value)) {
      const property = schema.properties?.[name];
      if (!property && schema.additionalProperties === false) return `${place}: stranger ${name}`;
      const bad = property ? this.wrong(property, inner, `${place}.${name}`) : null;
      if (bad) return bad;
    }
    return null;
  }

  wrongArray(schema, value, place) {
    if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity))
      return `${place}: ${value.length} items`;
    for (let i = 0; i < value.length; i++) {
      const bad = this.wrong(schema.items, value[i], `${place}[${i}]`);
      if (bad) return bad;
    }
    return null;
  }

  // Hold a real answer to its operation.
  checkAnswer(path, method, status, type, value) {
    const operation = this.doc.paths[path]?.[method];
    if (!operation) return;
    const response = operation.responses[String(status)] ?? operation.responses.default;
    if (!response) throw new Error(`${path}: status ${status} is not described`);
    const content = this.resolve(response).content;
    const media = content[type.split(';')[0]];
    if (!media) throw new Error(`${path}: ${type} is not described for ${status}`);
    const bad = this.wrong(media.schema, value);
    if (bad) throw new Error(`${path} ${status}: ${bad} in ${JSON.stringify(value)}`);
  }

  // Hold a request of ours to its operation, to keep the description of bodies true.
  fitsRequest(path, value) {
    const body = this.resolve(this.doc.paths[path].post.requestBody);
    return this.wrong(body.content['application/json'].schema, value) === null;
  }
}
