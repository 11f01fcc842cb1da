var n=new Intl.NumberFormat("en",{style:"currency",currency:"EUR"});function e(r){return n.format(r/100)}export{e as a};
//# sourceMappingURL=chunk-RYVXJRFD.js.map
