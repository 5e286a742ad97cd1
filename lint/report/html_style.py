"""How the page looks, and the few lines that filter its findings."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;
--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5a6675;--line:#dbe0e7;--faint:#eef1f5;--link:#1c5fb8;
--error:#c2252b;--warning:#9a5b00;--info:#27679f;--good:#1d7a4d;
--error-bg:#fdecec;--warning-bg:#fdf2dd;--info-bg:#e8f1fa;--mark:#ffdf8a;
--k0:#2a78d6;--k1:#12a06f;--k2:#d98f00;--k3:#7b5fd3;--k4:#d6569a;--k5:#e2662b;--k6:#0e9aa7}
@media(prefers-color-scheme:dark){:root{
--bg:#12161c;--card:#1a2028;--ink:#e4e9f0;--soft:#9aa7b6;--line:#313b48;--faint:#222a34;--link:#7db4f5;
--error:#ff8a86;--warning:#f2b84f;--info:#86bdf0;--good:#63cf9a;
--error-bg:#3a1f22;--warning-bg:#372b16;--info-bg:#1a2c3f;--mark:#6b5210;
--k0:#5b9df0;--k1:#35c791;--k2:#e8ad35;--k3:#a18af0;--k4:#ec84bb;--k5:#f58e5c;--k6:#3cc4d0}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main,header.top{max-width:1240px;margin:0 auto;padding:0 20px}
header.top{padding-top:28px}
h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:20px;line-height:1.3;margin:0;overflow-wrap:anywhere}
h3{font-size:16px;margin:28px 0 10px}
h4{font-size:14px;margin:18px 0 6px;color:var(--soft)}
p{margin:6px 0}
a{color:var(--link)}
code,pre,.graph text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
code{font-size:.9em;background:var(--faint);border-radius:4px;padding:.05em .3em;overflow-wrap:anywhere}
small,.soft{color:var(--soft);font-size:13px}
section.project,section.findings,nav.all{background:var(--card);border:1px solid var(--line);border-radius:14px;
padding:22px 24px;margin:22px 0}
.title{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:baseline}
.meta{color:var(--soft);margin:4px 0 14px}
.counts{display:flex;flex-wrap:wrap;gap:8px;margin:14px 0 0;padding:0;list-style:none}
.badge{display:inline-block;border-radius:999px;padding:2px 11px;font-size:13px;font-weight:600;white-space:nowrap;
background:var(--faint);color:var(--soft)}
.badge.error{background:var(--error-bg);color:var(--error)}
.badge.warning{background:var(--warning-bg);color:var(--warning)}
.badge.info{background:var(--info-bg);color:var(--info)}
.badge.good{color:var(--good)}
nav ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px}
header.top nav{margin-top:14px}
nav.all table{margin-top:8px}
.scroll{overflow-x:auto;margin:0 -8px;padding:0 8px}
.c0{--c:var(--k0)}.c1{--c:var(--k1)}.c2{--c:var(--k2)}.c3{--c:var(--k3)}.c4{--c:var(--k4)}.c5{--c:var(--k5)}.c6{--c:var(--k6)}
.graph{display:block;margin:0 auto}
.graph.wide{max-width:100%;height:auto}
.graph.narrow{display:none;max-width:100%;height:auto}
.graph .box{fill:var(--card);stroke:var(--line);stroke-width:1.2}
.graph .route .box{fill:var(--faint)}
.graph .missing .box{fill:var(--error-bg);stroke:var(--error);stroke-dasharray:5 4}
.graph .group{fill:var(--faint);stroke:none}
.graph .stripe{fill:var(--c)}
.graph text{font-size:12px;fill:var(--ink)}
.graph .name{font-size:13px;font-weight:700}
.graph .kind,.graph .sub{fill:var(--soft);font-size:11.5px}
.graph .mount,.graph .redirect{fill:var(--soft)}
.graph .port{fill:var(--c);stroke:var(--card);stroke-width:1.5}
.graph .port.gone{--c:var(--error)}
.edge{--c:var(--soft)}
.edge.c0{--c:var(--k0)}.edge.c1{--c:var(--k1)}.edge.c2{--c:var(--k2)}.edge.c3{--c:var(--k3)}.edge.c4{--c:var(--k4)}
.edge.c5{--c:var(--k5)}.edge.c6{--c:var(--k6)}
.edge.gone{--c:var(--error)}
.edge .line{fill:none;stroke:var(--c);stroke-width:1.8;opacity:.85}
.edge .tip{fill:var(--c)}
.edge.redirect .line,.edge.mount .line{stroke-dasharray:5 4}
.edge:hover .line{stroke-width:4;opacity:1}
details{margin:10px 0}
summary{cursor:pointer;color:var(--link)}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--line);vertical-align:baseline}
th{color:var(--soft);font-size:12.5px;font-weight:600}
td.n,th.n{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
tr.total td{font-weight:700;border-bottom:0}
.dot{display:inline-block;width:10px;height:10px;border-radius:3px;background:var(--c);margin-right:8px}
.measure{display:grid;grid-template-columns:72px minmax(0,1fr) minmax(0,310px);gap:2px 14px;align-items:center;margin:10px 0}
.measure>div:last-child{font-size:14px}
.bar{position:relative;height:18px;border-radius:5px;background:var(--faint);display:flex;gap:2px;
box-shadow:inset 0 0 0 1px var(--line)}
.bar i{display:block;background:var(--c);min-width:1px;height:100%}
.bar i:first-child{border-radius:5px 0 0 5px}
.bar .limit{position:absolute;top:-4px;bottom:-4px;width:3px;margin-left:-1.5px;border-radius:2px;background:var(--error)}
.over{color:var(--error);font-weight:600;white-space:nowrap}
ul.notes{margin:8px 0;padding-left:20px;color:var(--soft);font-size:13.5px}
.verdict{font-weight:600}.verdict.yes{color:var(--good)}.verdict.no{color:var(--error)}
.week{border:1px solid var(--line);border-radius:10px;overflow:hidden}
.lane{display:grid;grid-template-columns:minmax(0,310px) minmax(0,1fr);gap:14px;align-items:center;
padding:7px 12px;border-top:1px solid var(--line)}
.lane.head{border-top:0;padding-bottom:2px;background:var(--faint)}
.label{display:flex;flex-wrap:wrap;gap:0 9px;align-items:baseline;min-width:0;overflow-wrap:anywhere}
.label strong{font-size:14px}.label code{white-space:nowrap}
.label small{flex-basis:100%;line-height:1.4}
.place{color:var(--soft);overflow-wrap:anywhere}
td.place{min-width:130px;font-size:13px}td.name{min-width:120px;max-width:320px;overflow-wrap:anywhere}
.days{position:relative;height:20px;font-size:12px;color:var(--soft)}
.days span{position:absolute;white-space:nowrap}
.strip{display:block;width:100%;height:22px;background:var(--faint);border-radius:4px}
.strip path{fill:var(--k0)}
.strip .open{fill:var(--k0);opacity:.28}
.strip .wait{fill:var(--k5);opacity:1}
.strip .wait.open{opacity:.35}
.strip .midnight{fill:none;stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.waits{background:var(--faint)}.waits .strip{background:var(--card)}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;color:var(--soft);font-size:13px}
.key i{display:inline-block;width:18px;height:10px;border-radius:2px;margin-right:6px;background:var(--k0)}
.key .possible{opacity:.28}.key .wait{background:var(--k5)}.key .wait.possible{opacity:.35}
.filter{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:8px 14px;align-items:center;background:var(--card);
padding:12px 0;border-bottom:1px solid var(--line);margin:6px 0 4px}
.filter label{display:inline-flex;align-items:center;gap:5px;white-space:nowrap}
.filter select,.filter input[type=search]{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);
border-radius:8px;padding:5px 9px;min-width:0;max-width:100%}
.filter input[type=search]{flex:1 1 180px}
[hidden]{display:none!important}
article{padding:16px 0 14px;border-bottom:1px solid var(--line)}
article:last-child{border-bottom:0}
article h4{display:flex;flex-wrap:wrap;gap:6px 10px;align-items:baseline;margin:0;color:var(--ink);font-size:15px;
font-weight:600;overflow-wrap:anywhere}
article h4>span:last-child{flex:1 1 300px;min-width:0}
article .where{color:var(--soft);font-size:13px;margin:3px 0 8px;overflow-wrap:anywhere}
pre{margin:8px 0;background:var(--faint);border-radius:8px;padding:8px 0;font-size:12.5px;line-height:1.55;
white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
pre span.l{display:grid;grid-template-columns:46px minmax(0,1fr);padding-right:10px}
pre span.g{color:var(--soft);text-align:right;padding-right:12px;user-select:none}
pre span.l.gap{height:10px;border-top:1px dashed var(--line);margin-top:6px}
pre mark{background:var(--mark);color:inherit;border-radius:3px;padding:1px 0}
pre mark.also{background:none;box-shadow:inset 0 -2px var(--info)}
pre em{color:var(--info);font-style:normal;padding-left:10px}
.help{margin:8px 0 0;padding-left:12px;border-left:3px solid var(--good)}
footer{max-width:1240px;margin:0 auto;padding:0 20px 40px;color:var(--soft);font-size:13px}
@media(max-width:640px){
main,header.top,footer{padding-left:12px;padding-right:12px}
section.project,section.findings,nav.all{padding:16px 14px;border-radius:12px}
h1{font-size:22px}
.lane{grid-template-columns:minmax(0,1fr);gap:4px}.lane.head>div:first-child{display:none}
.measure{grid-template-columns:1fr auto}.measure .bar{grid-column:1/3;grid-row:2}
.filter{position:static}
.measure>div:last-child{text-align:right}
table{font-size:12.5px}th,td{padding-right:7px}td.name{min-width:92px}.dot{margin-right:5px}.more{display:none}td.place{white-space:nowrap}.days{font-size:10.5px}
.graph.wide{display:none}.graph.narrow{display:block}
}
@media print{
@page{margin:14mm}
:root{color-scheme:light;--bg:#fff;--card:#fff;--ink:#1b2430;--soft:#4c5663;--line:#cfd6de;--faint:#f1f3f6;--link:#1b2430;
--error:#b01c22;--warning:#855000;--info:#1f5a8d;--good:#1d7a4d;--error-bg:#fdecec;--warning-bg:#fdf2dd;--info-bg:#e8f1fa;
--mark:#ffdf8a;--k0:#2a78d6;--k1:#12a06f;--k2:#d98f00;--k3:#7b5fd3;--k4:#d6569a;--k5:#e2662b;--k6:#0e9aa7}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10.5pt}
main,header.top,footer{max-width:none;padding:0}
section.project,section.findings,nav.all{border:0;border-radius:0;padding:0;margin:14pt 0}
.scroll{overflow:visible;margin:0;padding:0}
.graph.wide{display:block;min-width:0!important;max-height:195mm}.graph.narrow{display:none}
table{font-size:9pt}th,td{padding-right:8px}details{display:none}.more{display:table-cell}td.name{min-width:124px;white-space:normal}.dot{margin-right:5px}td.place{font-size:8pt}
article,.measure,.lane,tr,figure{break-inside:avoid}
h2,h3,h4{break-after:avoid}
header.top nav,.filter{display:none!important}
a{text-decoration:none}
}
"""

JAVASCRIPT = """
(function(){
"use strict";
var form=document.querySelector(".filter");
if(!form)return;
var cards=Array.prototype.slice.call(document.querySelectorAll("article"));
var count=form.querySelector("output"),code=form.querySelector("[name=code]"),project=form.querySelector("[name=project]");
var text=form.querySelector("[name=text]");
function filter(){
var words=text.value.toLowerCase().split(/\\s+/).filter(Boolean),shown=0;
cards.forEach(function(card){
var severity=form.querySelector("[value="+card.dataset.severity+"]");
var content=card.textContent.toLowerCase();
var fits=(!severity||severity.checked)&&(!code.value||card.dataset.code===code.value)&&
(!project||!project.value||card.dataset.project===project.value)&&
words.every(function(word){return content.indexOf(word)>=0});
card.hidden=!fits;
if(fits)shown++;
});
count.textContent=shown===cards.length?"":shown+" of "+cards.length;
}
form.addEventListener("input",filter);
form.addEventListener("submit",function(event){event.preventDefault()});
form.hidden=false;
filter();
})();
"""
