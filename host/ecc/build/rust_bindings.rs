//! The Rust SDK's bindings, as the macros in its sources make them.
//!
//! The tree's own SDK has the macro; a project gets what comes out of it. Else each of its builds would begin with a minute for
//! the generator and all that it needs.

use std::io;
use std::path::Path;

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Item, LitStr, Token, braced, bracketed};
use wit_bindgen_core::wit_parser::Resolve;
use wit_bindgen_core::{Files, WorldGenerator as _};
use wit_bindgen_rust::WithOption;

/// What the macro is called in the SDK.
const MACRO: &str = "wit_bindgen::generate";

/// The source of a file of bindings, with each call of the macro replaced. `contract` is the folder that all of them name.
pub(crate) fn expand(source: &str, contract: &Path) -> io::Result<String> {
    let wrong = |error: syn::Error| io::Error::other(format!("the SDK's bindings: {error}"));
    let mut file = syn::parse_file(source).map_err(wrong)?;
    for item in &mut file.items {
        let Item::Mod(module) = item else { continue };
        let Some((_, items)) = &mut module.content else {
            continue;
        };
        let mut expanded = Vec::new();
        for item in items.drain(..) {
            match item {
                Item::Macro(call) if path(&call.mac.path) == MACRO => {
                    let options: Options = call.mac.parse_body().map_err(wrong)?;
                    let text = options.generate(contract)?;
                    expanded.extend(syn::parse_file(&text).map_err(wrong)?.items);
                }
                other => expanded.push(other),
            }
        }
        *items = expanded;
    }
    Ok(prettyplease::unparse(&file))
}

/// With `::` between the parts, as in a source.
fn path(path: &syn::Path) -> String {
    let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
    parts.join("::")
}

/// The options of the macro that the SDK uses.
#[derive(Default)]
struct Options {
    world: Option<String>,
    inline: Option<String>,
    options: wit_bindgen_rust::Opts,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        braced!(content in input);
        let mut all = Self::default();
        while !content.is_empty() {
            let name: syn::Ident = content.parse()?;
            if content.peek(Token![:]) {
                content.parse::<Token![:]>()?;
                all.set(&name, &content)?;
            } else {
                all.switch_on(&name)?;
            }
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(all)
    }
}

impl Options {
    fn set(&mut self, name: &syn::Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let text = || -> syn::Result<String> { Ok(input.parse::<LitStr>()?.value()) };
        match name.to_string().as_str() {
            // All name the contract.
            "path" => drop(text()?),
            "world" => self.world = Some(text()?),
            "inline" => self.inline = Some(text()?),
            "export_macro_name" => self.options.export_macro_name = Some(text()?),
            "generate_unused_types" => self.options.generate_unused_types = input.parse::<syn::LitBool>()?.value,
            "pub_export_macro" => self.options.pub_export_macro = input.parse::<syn::LitBool>()?.value,
            "additional_derives" => {
                let content;
                bracketed!(content in input);
                let derives = Punctuated::<syn::Path, Token![,]>::parse_terminated(&content)?;
                self.options.additional_derive_attributes = derives.iter().map(path).collect();
            }
            "with" => {
                let content;
                braced!(content in input);
                let pairs = Punctuated::<With, Token![,]>::parse_terminated(&content)?;
                self.options.with = pairs.into_iter().map(|With(from, to)| (from, to)).collect();
            }
            _ => {
                return Err(syn::Error::new(
                    name.span(),
                    format!("{name}: an option that is not known here"),
                ));
            }
        }
        Ok(())
    }

    fn switch_on(&mut self, name: &syn::Ident) -> syn::Result<()> {
        match name.to_string().as_str() {
            "generate_all" => self.options.generate_all = true,
            _ => {
                return Err(syn::Error::new(
                    name.span(),
                    format!("{name}: an option that is not known here"),
                ));
            }
        }
        Ok(())
    }

    fn generate(self, contract: &Path) -> io::Result<String> {
        let wrong = |error| io::Error::other(format!("{error:#}"));
        let mut resolve = Resolve::default();
        let (mut package, _) = resolve.push_dir(contract).map_err(wrong)?;
        if let Some(inline) = &self.inline {
            package = resolve.push_str("inline.wit", inline).map_err(wrong)?;
        }
        let world = resolve.select_world(&[package], self.world.as_deref()).map_err(wrong)?;
        let mut files = Files::default();
        self.options
            .build()
            .generate(&mut resolve, world, &mut files)
            .map_err(wrong)?;
        let (_, text) = files
            .iter()
            .next()
            .ok_or_else(|| io::Error::other("nothing was generated"))?;
        String::from_utf8(text.to_vec()).map_err(io::Error::other)
    }
}

/// `"an:interface": a::module`.
struct With(String, WithOption);

impl Parse for With {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let from: LitStr = input.parse()?;
        input.parse::<Token![:]>()?;
        let to: syn::Path = input.parse()?;
        Ok(Self(from.value(), WithOption::Path(path(&to))))
    }
}
