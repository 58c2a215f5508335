//! Holds the declarations against what the library says of itself, which is what the bindings for Kotlin and Swift are
//! generated from. One that no longer fits fails every test, before it is called.

use std::{
    collections::HashMap,
    env::{
        consts::{DLL_PREFIX, DLL_SUFFIX},
        current_exe,
    },
    sync::LazyLock,
};

use uniffi_bindgen::{
    BindgenLoader, BindgenPaths, ComponentInterface, GlobalConfig,
    interface::{AsType, FfiDefinition, FfiType, Type, ffi::FfiArgument},
};

use crate::declarations::{self, Declared};

/// Fails with every declaration that does not fit.
pub(crate) fn check() {
    static FOUND: LazyLock<Vec<String>> = LazyLock::new(find);
    assert!(
        FOUND.is_empty(),
        "declarations.rs is not what the library exports:\n\n{}\n",
        FOUND.join("\n\n")
    );
}

fn find() -> Vec<String> {
    let library = Library::read();
    let wanted = library.interface.uniffi_contract_version();
    let linked = unsafe { declarations::uniffi_contract_version() };
    if wanted != linked {
        return vec![format!(
            "UniFFI's contract: version {linked} in the library, {wanted} in its generator"
        )];
    }
    let held = |declared: Vec<Declared>, exported: fn(&Library, &str) -> Option<String>| {
        let drifted = declared.into_iter().filter_map(|(name, declared)| {
            let exported = exported(&library, name).unwrap_or_else(|| "nothing".into());
            (exported != declared).then(|| format!("{name} is\n    {exported}\nand is declared as\n    {declared}"))
        });
        drifted.collect::<Vec<_>>()
    };
    [
        held(declarations::scaffolding(), Library::function),
        held(declarations::objects(), Library::function),
        held(declarations::interface(), Library::function),
        held(declarations::meanings(), Library::meaning),
        held(declarations::tables(), Library::table),
        library.unlike(declarations::checksums()),
    ]
    .concat()
}

/// The shared library that was built together with the one that is linked.
struct Library {
    interface: ComponentInterface,
    definitions: HashMap<String, FfiDefinition>,
}

impl Library {
    fn read() -> Self {
        let name = format!("{DLL_PREFIX}tellus_ffi{DLL_SUFFIX}");
        let path = current_exe().unwrap().with_file_name(name).into_os_string();
        let path = path.into_string().unwrap();
        let loader = BindgenLoader::new(BindgenPaths::default(), GlobalConfig::default());
        let metadata = loader.load_metadata(path.as_str().into());
        let mut interfaces = loader
            .load_cis(metadata.expect("the library tells its interface"))
            .unwrap();
        assert_eq!(interfaces.len(), 1);
        let mut interface = interfaces.remove(0);
        interface.derive_ffi_funcs().unwrap();
        let definitions = interface.ffi_definitions().map(|each| (each.name().to_owned(), each));
        Self {
            definitions: definitions.collect(),
            interface,
        }
    }

    /// What was linked and is not what was read here.
    fn unlike(&self, checksums: Vec<(&str, u16)>) -> Vec<String> {
        let read: HashMap<_, _> = self.interface.iter_checksums().collect();
        let unlike = checksums
            .into_iter()
            .filter(|(name, linked)| read.get(*name) != Some(linked));
        unlike
            .map(|(name, linked)| {
                format!(
                    "{name}: {linked} in the library that is linked, {:?} in its file",
                    read.get(name)
                )
            })
            .collect()
    }

    /// The type of an exported function, or of one that is called back, as the declarations note it.
    fn function(&self, name: &str) -> Option<String> {
        let (arguments, has_status, result) = match self.definitions.get(name)? {
            FfiDefinition::Function(it) => (it.arguments(), it.has_rust_call_status_arg(), it.return_type()),
            FfiDefinition::CallbackFunction(it) => (it.arguments(), it.has_rust_call_status_arg(), it.return_type()),
            FfiDefinition::Struct(_) => return None,
        };
        let arguments = arguments.into_iter().map(FfiArgument::type_);
        let mut types: Vec<String> = arguments.map(|each| self.noted(&each)).collect();
        types.extend(has_status.then(|| "*mut CallStatus".into()));
        let result = result
            .map(|each| format!(" -> {}", self.noted(each)))
            .unwrap_or_default();
        Some(format!("extern \"C\" fn({}){result}", types.join(", ")))
    }

    /// What a function of the interface takes and gives, without its error.
    fn meaning(&self, name: &str) -> Option<String> {
        let function = self
            .interface
            .iter_callables()
            .find(|each| each.ffi_func().name() == name)?;
        let arguments = function.arguments().into_iter().map(|each| words(&each.as_type()));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let result = function.return_type().map(|each| format!(" -> {}", words(each)));
        let is_async = if function.is_async() { "async " } else { "" };
        Some(format!("{is_async}({arguments}){}", result.unwrap_or_default()))
    }

    fn table(&self, name: &str) -> Option<String> {
        let interface = name.strip_suffix("Table")?;
        let FfiDefinition::Struct(table) = self.definitions.get(&format!("VTableCallbackInterface{interface}"))? else {
            return None;
        };
        let prefix = format!("uniffi_tellus_ffi_fn_method_{}_", interface.to_lowercase());
        let fields = table.fields().iter().map(|field| {
            let name = field.name().trim_start_matches("uniffi_");
            let meaning = self.meaning(&format!("{prefix}{name}"));
            let meaning = meaning.map(|meaning| format!(" = {meaning}")).unwrap_or_default();
            format!("{name}: {}{meaning}", self.noted(&field.type_()))
        });
        Some(fields.collect::<Vec<_>>().join("\n    "))
    }

    fn noted(&self, type_: &FfiType) -> String {
        match type_ {
            FfiType::RustBuffer(_) => "RustBuffer".into(),
            FfiType::ForeignBytes => "ForeignBytes".into(),
            FfiType::RustCallStatus => "CallStatus".into(),
            FfiType::VoidPointer => "*mut c_void".into(),
            FfiType::Reference(to) => format!("*const {}", self.noted(to)),
            FfiType::MutReference(to) => format!("*mut {}", self.noted(to)),
            FfiType::Callback(name) => self.function(name).unwrap_or_else(|| name.clone()),
            FfiType::Struct(name) => name.replace("VTableCallbackInterface", "") + "Table",
            // Numbers and handles have the names that Rust gives them.
            number => FfiType::return_type_name(Some(number)),
        }
    }
}

/// A type of the interface: the generator's word for it, with those of the types inside.
fn words(type_: &Type) -> String {
    match type_ {
        Type::Optional { inner_type } => format!("Option<{}>", words(inner_type)),
        Type::Sequence { inner_type } => format!("Vec<{}>", words(inner_type)),
        named_or_plain => named_or_plain
            .name()
            .map_or_else(|| format!("{named_or_plain:?}"), str::to_owned),
    }
}
