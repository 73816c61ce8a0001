// Passkey ceremonies for forms that carry data-passkey: the one script without which signing in and approving do not work.
//
// <form data-passkey="assert|register" data-begin="URL" data-finish="URL" [data-then="id of a form to send afterwards"]>
// begin gets the form's fields as JSON and answers {"public_key": options as WebAuthn writes them, "nonce"?}; finish gets the fields,
// the nonce and the authenticator's answer, and says where to go: {"next": "/…"}; or it asks an older passkey to vouch for a new one:
// {"vouch": {"public_key", "nonce"}, "finish": URL}. Every byte string travels as base64url without padding. What an officer signs is
// decided by the server and checked there again; this script only carries it.

const encode = (buffer) => {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const decode = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

async function post(url, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw new Error([answer.detail ?? answer.title ?? `the desk answered ${response.status}`, answer.todo].filter(Boolean).join(". "));
  }
  return answer;
}

const described = (list) => (list ?? []).map((one) => ({ ...one, id: decode(one.id) }));

async function assertion(options) {
  const credential = await navigator.credentials.get({
    publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: described(options.allowCredentials) },
  });
  const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
  return {
    credential: encode(credential.rawId),
    authenticator_data: encode(authenticatorData),
    client_data: encode(clientDataJSON),
    signature: encode(signature),
    ...(userHandle?.byteLength ? { user_handle: encode(userHandle) } : {}),
  };
}

async function registration(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: decode(options.challenge),
      user: { ...options.user, id: decode(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = credential.response;
  return { client_data: encode(clientDataJSON), attestation_object: encode(attestationObject) };
}

// What goes wrong is said in the form, where the eye is.
function say(form, text) {
  let place = form.querySelector("[role=alert]");
  if (!place) {
    place = document.createElement("p");
    place.className = "failure";
    place.setAttribute("role", "alert");
    form.prepend(place);
  }
  place.textContent = text;
  place.hidden = text === "";
}

function fields(form) {
  const values = Object.fromEntries(new FormData(form));
  // The enrolment token stands after the # of the address, which no server and no log ever sees.
  if (form.dataset.fragment) values[form.dataset.fragment] = location.hash.slice(1);
  return values;
}

// An address that differs from this one in nothing but the part after # would only scroll; the page must be asked for anew.
function leave(next) {
  const target = new URL(next, location.origin);
  if (target.pathname === location.pathname && target.search === location.search) {
    location.hash = target.hash;
    location.reload();
  } else {
    location.assign(target);
  }
}

async function run(form) {
  const { begin, finish, then, passkey } = form.dataset;
  const values = fields(form);
  const asked = await post(begin, values);
  const answer = passkey === "register" ? await registration(asked.public_key) : await assertion(asked.public_key);
  let done = await post(finish, { ...values, nonce: asked.nonce, answer });
  if (done.vouch) {
    say(form, "Now use the passkey that you already have, so that it vouches for the new one.");
    done = await post(done.finish, { nonce: done.vouch.nonce, answer: await assertion(done.vouch.public_key) });
  }
  if (done.show) {
    // Something that is shown once, such as a token: it takes the form's place and stays until the page is left.
    const shown = document.createElement("p");
    shown.className = "notice wrap";
    shown.setAttribute("role", "status");
    shown.textContent = done.show;
    form.replaceWith(shown);
  } else if (then) document.getElementById(then).submit();
  else leave(done.next ?? "/");
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = form.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    say(form, "");
    try {
      if (!window.PublicKeyCredential) throw new Error("this browser knows no passkeys");
      await run(form);
    } catch (error) {
      const cancelled = error.name === "NotAllowedError";
      say(form, cancelled ? "No passkey was used. Try again when you are ready." : error.message);
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  });
}
