// Passkeys: the browser's ceremony fills the hidden field, then the ordinary form is sent.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const withIds = (list) => (list || []).map((item) => ({ ...item, id: bytes(item.id) }));

const asJSON = (credential) => {
  const from = credential.response;
  const response = { clientDataJSON: text(from.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (from[name]) response[name] = text(from[name]);
  if (from.getTransports) response.transports = from.getTransports();
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults(),
  };
};

const create = async (options, passwordless) => {
  const key = options.publicKey;
  const choice = { ...key.authenticatorSelection, residentKey: passwordless ? "required" : "discouraged", requireResidentKey: passwordless };
  if (passwordless) choice.userVerification = "required";
  return asJSON(await navigator.credentials.create({ publicKey: {
    ...key, challenge: bytes(key.challenge), user: { ...key.user, id: bytes(key.user.id) },
    excludeCredentials: withIds(key.excludeCredentials), authenticatorSelection: choice,
  } }));
};

const use = async (options) => asJSON(await navigator.credentials.get({ publicKey: {
  ...options.publicKey, challenge: bytes(options.publicKey.challenge), allowCredentials: withIds(options.publicKey.allowCredentials),
} }));

// What went wrong, in words; closing the browser's window is a choice, not a fault.
const sentence = (error) => {
  const english = document.documentElement.lang.startsWith("en");
  if (error.name === "NotAllowedError" || error.name === "AbortError") return english ? "Nothing was chosen. Try again, or use your password." : "Belum ada yang dipilih. Coba lagi, atau pakai kata sandi.";
  if (error.name === "InvalidStateError") return english ? "This device is already registered." : "Perangkat ini sudah terdaftar.";
  if (error.name === "SecurityError") return english ? "Passkeys only work at a named address (https or localhost)." : "Kunci sandi hanya bekerja di alamat bernama (https atau localhost).";
  return english ? "The passkey could not be used. Use your password." : "Kunci sandi tidak dapat dipakai saat ini. Pakai kata sandi.";
};

export default (element) => {
  const form = element.matches("form") ? element : element.querySelector("form");
  const problem = element.querySelector("[data-passkey-problem]");
  const button = element.querySelector("[data-passkey-button]");
  if (!window.PublicKeyCredential) { button.disabled = true; problem.textContent = sentence({ name: "none" }); problem.hidden = false; return; }
  form.dataset.keepEnabled = "";
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    problem.hidden = true;
    try {
      let credential;
      if (element.dataset.passkey === "add") credential = await create(JSON.parse(element.dataset.options), Boolean(form.elements.passwordless?.checked));
      else if (element.dataset.passkey === "login") {
        const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
        credential = await use((await answer.json()).request_options);
      } else credential = await use(JSON.parse(element.dataset.options));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch (error) { problem.textContent = sentence(error); problem.hidden = false; }
  });
};
