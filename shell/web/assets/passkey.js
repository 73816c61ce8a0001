// Passkey ceremonies for forms that carry data-passkey: the one script without which signing in and approving do not work.
//
// <form data-passkey="assert|register" data-begin="URL" data-finish="URL" [data-then="id of a form to send afterwards"]>
// begin gets the form's fields as JSON and answers the options of the ceremony; finish gets the fields and the authenticator's
// answer and says where to go next: {"next": "/…"}. Every byte string travels as base64url without padding. What the officer signs
// is decided by the server and checked there again; this script only carries it.

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

async function assertion(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: decode(options.challenge),
      rpId: options.rp_id,
      allowCredentials: (options.credentials ?? []).map((id) => ({ type: "public-key", id: decode(id) })),
      userVerification: "required",
      timeout: 120000,
    },
  });
  return {
    credential: encode(credential.rawId),
    authenticator_data: encode(credential.response.authenticatorData),
    client_data: encode(credential.response.clientDataJSON),
    signature: encode(credential.response.signature),
  };
}

async function registration(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: decode(options.challenge),
      rp: { id: options.rp_id, name: options.rp_name },
      user: { id: decode(options.user_id), name: options.user_name, displayName: options.user_display_name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -8 }],
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: (options.exclude ?? []).map((id) => ({ type: "public-key", id: decode(id) })),
      attestation: "none",
      timeout: 120000,
    },
  });
  return {
    client_data: encode(credential.response.clientDataJSON),
    attestation_object: encode(credential.response.attestationObject),
  };
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

async function run(form) {
  const { begin, finish, then, passkey } = form.dataset;
  const values = fields(form);
  const options = await post(begin, values);
  const answer = passkey === "register" ? await registration(options) : await assertion(options);
  const done = await post(finish, { ...values, ...(options.nonce ? { nonce: options.nonce } : {}), ...answer });
  if (then) document.getElementById(then).submit();
  else location.assign(done.next ?? "/");
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
