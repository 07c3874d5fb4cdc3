// Calls to the simulator. A refusal is an Error with the simulator's sentence.
async function answerOf(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error?.message || response.statusText);
  return body;
}

export async function ask(path, query = {}) {
  return answerOf(await fetch(`/phone/${path}?${new URLSearchParams(query)}`));
}

export async function tell(path, body) {
  const headers = { "Content-Type": "application/json" };
  return answerOf(await fetch(`/phone/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

export async function upload(channel, file, filename) {
  const form = new FormData();
  form.append("channel", channel);
  form.append("file", file, filename);
  return answerOf(await fetch("/phone/media", { method: "POST", body: form }));
}
