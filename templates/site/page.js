"use strict";
(() => {
  const root = document.documentElement;
  const form = document.getElementById("switches");
  const said = document.getElementById("said");
  const served = location.protocol.startsWith("http") ? new URL(".", location.href).href : "";
  const address = /(?<=(?:srcset|src)="|image:: ?|\]\()([^"\s[]*\/)?([^"\s[/]+?)(-light|-dark)?\.svg/g;
  let silence = 0;

  for (const hidden of document.querySelectorAll("#switches, .copy")) hidden.hidden = false;
  const cuts = [...document.querySelectorAll(".cards [srcset], .cards img")].map((node) => {
    const name = node.srcset ? "srcset" : "src";
    const [, stem, shade] = node.getAttribute(name).match(/^(.*?)(-light|-dark)?\.svg$/);
    return { node, name, stem, shade: shade || "" };
  });
  const texts = new Map([...document.querySelectorAll("pre[data-language]")].map((pre) => [pre, pre.textContent]));

  const chosen = () => ({ period: "", shade: "", theme: "", ...Object.fromEntries(new FormData(form)) });

  function snippet(text, theme) {
    const base = root.dataset.base ? "" : served;
    return text.replace(address, (_, path = "", stem, shade = "") => `${base}${path}${stem}${theme}${shade}.svg`);
  }

  function show() {
    const { period, shade, theme } = chosen();
    root.dataset.shade = shade;
    for (const section of document.querySelectorAll("section[data-period]")) section.hidden = section.dataset.period !== period;
    for (const { node, name, stem, shade: own } of cuts) {
      const wanted = `${stem}${theme}${shade || own}.svg`;
      if (node.getAttribute(name) !== wanted) node.setAttribute(name, wanted);
    }
    for (const [pre, text] of texts) pre.textContent = snippet(text, pre.closest(".cards") ? theme : "");
  }

  function copied(text) {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }

  async function copy(text, what) {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = copied(text);
    }
    said.textContent = done ? `${what} copied` : "Nothing was copied: the browser did not allow it";
    clearTimeout(silence);
    silence = setTimeout(() => (said.textContent = ""), 4000);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.address) {
      const there = new URL(button.dataset.address, root.dataset.base || location.href);
      copy(there.href, "Address");
    } else if (button?.dataset.language) {
      const language = button.dataset.language;
      copy(button.closest("figure").querySelector(`pre[data-language="${language}"]`).textContent, language);
    }
  });
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  show();
})();
